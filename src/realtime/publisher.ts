import { reasonOf } from '../errors';
import type { InngestPort } from '../sdk/port';
import { jsonSize, LIMITS } from '../wire/limits';
import { BATCH_TYPE, type RunEvent, type StreamTarget, WATCH_TOPIC, eventFor } from './channel';
import { PARTS_TOPIC, outgoing } from './parts';

/** The part of a logger that rooms below `run` and `function` use. */
export interface WarningLog {
  warn(message: string, details?: Record<string, unknown>): void;
}

/** One event on its way to its targets. */
interface Queued {
  event: RunEvent;
  targets: readonly StreamTarget[];
}

/**
 * Publishes the events of one op, in order (realtime keeps the order of awaited publishes only) and without making the
 * step's body wait. Realtime being down never fails a run (I9): a failed publish is logged and dropped.
 */
export class Publisher {
  private queue: Queued[] = [];
  private draining?: Promise<void>;
  private sequence = 0;
  private flushing = false;
  private hurry?: () => void;

  constructor(
    private readonly port: InngestPort,
    private readonly targets: readonly StreamTarget[],
    /** Prefix of the events' ids: run and op. */
    private readonly scope: string,
    private readonly log: WarningLog,
    /** Milliseconds for which events are gathered into one message; 0 sends each by itself. */
    private readonly batchMs = 0,
    /** What has to be sent before: settles, and never fails. */
    private readonly after: Promise<unknown> = Promise.resolve(),
  ) {}

  /** Queues one event for every target, or for the given ones. `ownId`: for one that several ops may publish. */
  publish(event: RunEvent, targets: readonly StreamTarget[] = this.targets, ownId?: string): void {
    const mastraEventId = ownId ?? `${this.scope}#${this.sequence++}`;
    // Now, and not when its turn comes: a step may change what it was given and what it wrote.
    this.queue.push({ event: streamImage({ ...event, mastraEventId }), targets });
    this.draining ??= this.drain();
  }

  /** Resolves when all that was queued is sent or dropped. */
  async flush(): Promise<void> {
    this.flushing = true;
    this.hurry?.();
    await this.draining;
    this.flushing = false;
  }

  private async drain(): Promise<void> {
    // `publish` is synchronous, so nothing comes between the last look at the queue and the end.
    await this.after;
    while (this.queue.length > 0) {
      if (this.batchMs > 0 && !this.flushing) await this.gather();
      const [first, ...more] = this.queue;
      const count = this.batchMs > 0 && first ? 1 + sameTargets(first, more) : 1;
      const sent = this.queue.splice(0, count);
      const events = sent.map(({ event }) => event);
      await Promise.all((first?.targets ?? []).map(target => this.sendAll(target, events)));
    }
    this.draining = undefined;
  }

  private async gather(): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, this.batchMs);
      this.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async sendAll(target: StreamTarget, events: readonly RunEvent[]): Promise<void> {
    const seen = events.map(event => eventFor(target, event));
    for (const message of this.batchMs > 0 ? batches(seen) : seen) await this.send(target, message);
  }

  private async send(target: StreamTarget, event: RunEvent): Promise<void> {
    const { message, parts } = outgoing(event);
    const { channel } = target;
    try {
      for (const part of parts) await this.deliver(channel, PARTS_TOPIC, part);
      await this.deliver(channel, WATCH_TOPIC, message);
    } catch (error) {
      this.log.warn('A workflow event could not be published; the run goes on.', {
        channel,
        type: event.type,
        reason: reasonOf(error),
      });
    }
  }

  /** Once more where it fails: a kept-alive connection may have been closed by the other side, and a double does no harm. */
  private async deliver(channel: string, topic: string, message: object): Promise<void> {
    const publish = () => this.port.publish(channel, topic, message);
    await publish().catch(publish);
  }
}

/** Stream consumers read plain JSON; what JSON can't say is left to `JSON.stringify`, an Error keeps its message. */
export function streamImage(event: RunEvent): RunEvent {
  return JSON.parse(
    JSON.stringify(event, (_key, value: unknown) => {
      if (typeof value === 'bigint') return value.toString();
      if (value instanceof Error) return { ...value, ...errorFields(value) };
      return value;
    }),
  ) as RunEvent;
}

function errorFields({ name, message, stack, cause }: Error): object {
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

/** How many of the next events go where the first one goes. */
function sameTargets(first: Queued, next: readonly Queued[]): number {
  const different = next.findIndex(({ targets }) => targets !== first.targets);
  return different < 0 ? next.length : different;
}

/** Half of what a message holds: the rest is for the events' frame, and a long event goes by itself, in parts. */
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
