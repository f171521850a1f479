import { type RunEvent, type StreamTarget, eventFor } from './channel';
import { streamImage } from './image';
import { type Before, Lane, type Wire } from './lane';
import type { Gathering } from './pace';

/** How long, in milliseconds, events are gathered for a channel that nobody is expected to read one by one. */
const QUIET_GATHERING = 100;

const NONE: Gathering = { least: 0, most: 0 };

/** One event on its way to its targets. */
interface Queued {
  event: RunEvent;
  targets: readonly StreamTarget[];
  ownId?: string;
}

/** Publishes the events of one op, to each channel in order and without making the step's body wait. */
export class Publisher {
  private readonly lanes = new Map<string, Lane>();
  private held?: Queued[];
  private holdsSending = false;

  constructor(
    private readonly wire: Wire,
    /** Prefix of the events' positions: leg and op. */
    private readonly scope: string,
    private readonly gathering = NONE,
    private readonly before: Before = { stored: Promise.resolve(), sent: Promise.resolve() },
  ) {}

  /** Queues one event for every target. `event` is an image (`streamImage`). `ownId`: for one that several ops may publish. */
  publish(event: RunEvent, targets: readonly StreamTarget[], ownId?: string): void {
    if (this.held) return void this.held.push({ event, targets, ownId });
    for (const target of targets) this.lane(target).add(eventFor(target, event), ownId);
  }

  /** Holds back what is published from now on until `release`. With `log`, it goes into the logs at once, and only sending waits. */
  hold({ log }: { log: boolean }): void {
    if (!log) this.held ??= [];
    this.holdsSending = true;
    for (const lane of this.lanes.values()) lane.hold();
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    this.holdsSending = false;
    for (const { event, targets, ownId } of held) this.publish(event, targets, ownId);
    for (const lane of this.lanes.values()) lane.release();
  }

  /** Forgets what was held. */
  discard(): void {
    this.held = undefined;
    for (const lane of this.lanes.values()) lane.discard();
  }

  /** What was published so far is not gathered with more. */
  sendNow(): void {
    for (const lane of this.lanes.values()) void lane.sendNow();
  }

  /** Resolves when all that was published is in its logs. */
  async stored(): Promise<void> {
    await Promise.all([...this.lanes.values()].map(lane => lane.stored()));
  }

  /** Resolves when all that was published is sent or dropped. */
  async flush(): Promise<void> {
    this.release();
    await Promise.all([...this.lanes.values()].map(lane => lane.flush()));
  }

  private lane({ channel, quiet }: StreamTarget): Lane {
    const known = this.lanes.get(channel);
    if (known) return known;
    const { least, most } = this.gathering;
    const quietly = quiet ? QUIET_GATHERING : 0;
    const gathering = { least: Math.max(least, quietly), most: Math.max(most, quietly) };
    const lane = new Lane(this.wire, channel, this.scope, gathering, this.before);
    if (this.holdsSending) lane.hold();
    this.lanes.set(channel, lane);
    return lane;
  }
}

/** Stores and sends one event that no op of a run tells. `id`: the prefix of its position. */
export async function publishAlone(
  wire: Wire,
  id: string,
  event: RunEvent,
  targets: readonly StreamTarget[],
): Promise<void> {
  const publisher = new Publisher(wire, id);
  publisher.publish(streamImage(event), targets);
  await publisher.flush();
}
