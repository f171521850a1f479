import { reasonOf } from '../errors';
import type { EventLog } from '../log/event-log';
import { Pause } from '../pause';
import type { InngestPort } from '../sdk/port';
import { jsonSize, LIMITS } from '../wire/limits';
import { BATCH_TYPE, type PublishedEvent, type RunEvent, WATCH_TOPIC, logId } from './channel';
import { type Gathering, Pace } from './pace';
import { PARTS_TOPIC, outgoing } from './parts';

/** The part of a logger that rooms below `run` and `function` use. */
export interface WarningLog {
  warn(message: string, details?: Record<string, unknown>): void;
}

/** How events leave this process. */
export interface Wire {
  port: InngestPort;
  log: WarningLog;
  /** The log that a channel's events are stored in; missing where Mastra has no cache. */
  logOf(channel: string): EventLog<PublishedEvent> | undefined;
}

/** Earlier events that this op's events must come after. These promises never reject. */
export interface Before {
  /** All earlier events are in their logs. */
  stored: Promise<unknown>;
  /** All earlier events are sent or dropped. */
  sent: Promise<unknown>;
}

/**
 * Sends the events of one op to one channel, one after the other: realtime keeps the order of awaited publishes only. Each event is
 * in the log before it is sent. If the log or realtime is down, a warning is logged and the run goes on (I9).
 */
export class Lane {
  /** Not in the log yet. */
  private fresh: PublishedEvent[] = [];
  private storing?: Promise<void>;
  /** In the log, not sent yet. */
  private queue: PublishedEvent[] = [];
  /** In the log, and not to be sent before `release`. */
  private parked: PublishedEvent[] = [];
  private holdsFrom = Infinity;
  private sending: Promise<void> = Promise.resolve();
  private isSending = false;
  private count = 0;
  private flushing = false;
  private readonly pause = new Pause();
  private isUrgent = false;
  private readonly pace: Pace;

  constructor(
    private readonly wire: Wire,
    private readonly channel: string,
    /** Prefix of the events' positions: leg and op. */
    private readonly scope: string,
    private readonly gathering: Gathering,
    private readonly before: Before,
  ) {
    this.pace = new Pace(gathering);
  }

  /** Queues one event. `ownId`: for one that several ops may publish. */
  add(event: RunEvent, ownId?: string): void {
    const position = `${this.scope}#${this.count++}`;
    const id =
      ownId === undefined ? { mastraEventId: position } : { mastraEventId: ownId, mastraPosition: position };
    this.fresh.push({ ...event, ...id });
    this.storing ??= this.storeAll();
  }

  /** Events that are added from now on go into the log at once, and are sent after `release`. */
  hold(): void {
    this.holdsFrom = Math.min(this.holdsFrom, this.count);
  }

  release(): void {
    this.holdsFrom = Infinity;
    this.send(this.parked.splice(0));
  }

  /** Drops what was held: it is never sent. */
  discard(): void {
    this.parked = [];
  }

  /** What was added so far is not gathered with more. */
  async sendNow(): Promise<void> {
    await this.stored();
    this.isUrgent = true;
    this.pause.end();
  }

  private send(events: readonly PublishedEvent[]): void {
    this.queue.push(...events);
    if (!this.isSending && this.queue.length > 0) this.sending = this.sendAll();
  }

  /** Resolves when all that was queued is in the log. */
  async stored(): Promise<void> {
    await this.storing;
  }

  /** Resolves when all that was queued is sent or dropped. */
  async flush(): Promise<void> {
    this.flushing = true;
    this.pause.end();
    await this.storing;
    await this.sending;
    this.flushing = false;
  }

  /** The log does not wait for the channel, which is slower, so readers of the log are up to date. */
  private async storeAll(): Promise<void> {
    // `add` is synchronous, so nothing comes between the last look at the list and the end.
    await this.before.stored;
    while (this.fresh.length > 0) {
      const events = this.fresh.splice(0);
      await this.store(events);
      const isHeld = (event: PublishedEvent) => numberOf(event) >= this.holdsFrom;
      this.parked.push(...events.filter(isHeld));
      this.send(events.filter(event => !isHeld(event)));
    }
    this.storing = undefined;
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    await this.before.sent;
    while (this.queue.length > 0) {
      const { least } = this.gathering;
      if (least > 0 && !this.flushing && !this.isUrgent)
        await this.pause.take(this.pace.next(performance.now()));
      this.isUrgent = false;
      const events = this.queue.splice(0);
      this.pace.sent(events.length, performance.now());
      for (const message of least > 0 ? batches(events) : events) await this.publish(message);
    }
    this.isSending = false;
  }

  private async store(events: readonly PublishedEvent[]): Promise<void> {
    const log = this.wire.logOf(this.channel);
    try {
      await log?.append(events.map(event => ({ id: logId(event), event })));
    } catch (error) {
      this.warn('Events of a workflow could not be added to its log; the run goes on.', error);
    }
  }

  private async publish(event: RunEvent): Promise<void> {
    const { message, parts } = outgoing(event);
    try {
      for (const part of parts) await this.deliver(PARTS_TOPIC, part);
      await this.deliver(WATCH_TOPIC, message);
    } catch (error) {
      this.warn('A workflow event could not be published; the run goes on.', error, event.type);
    }
  }

  /** Tries twice: the other side may have closed a kept-alive connection, and readers drop doubles. */
  private async deliver(topic: string, message: object): Promise<void> {
    const publish = () => this.wire.port.publish(this.channel, topic, message);
    await publish().catch(publish);
  }

  private warn(message: string, error: unknown, type?: string): void {
    this.wire.log.warn(message, { channel: this.channel, ...(type && { type }), reason: reasonOf(error) });
  }
}

/** Its number on the channel, whichever execution of its op it is of. */
function numberOf({ mastraPosition, mastraEventId }: PublishedEvent): number {
  const position = mastraPosition ?? mastraEventId;
  return Number(position.slice(position.lastIndexOf('#') + 1));
}

/** Half of what a message holds, which leaves room for the frame. An event that is longer goes by itself, in parts. */
const BATCH = LIMITS.realtimeMessage / 2;

/** Events in as few messages as they fit in. */
function batches(events: readonly RunEvent[]): RunEvent[] {
  const messages: RunEvent[][] = [];
  let room = 0;
  for (const event of events) {
    const size = jsonSize(event);
    if (size > room || messages.length === 0) {
      messages.push([]);
      room = BATCH;
    }
    messages.at(-1)?.push(event);
    room -= size;
  }
  return messages.map(([only, ...more]) =>
    only && more.length === 0 ? only : { type: BATCH_TYPE, events: [only, ...more] },
  );
}
