import { reasonOf } from '../errors';
import type { InngestPort } from '../sdk/port';
import { encodeValue } from '../wire/encode';
import type { Json } from '../wire/json';
import { jsonSize, LIMITS } from '../wire/limits';
import { type RunEvent, type StreamTarget, WATCH_TOPIC, eventFor } from './channel';

/** The part of a logger that rooms below `run` and `function` use. */
export interface WarningLog {
  warn(message: string, details?: Record<string, unknown>): void;
}

/**
 * Publishes the events of one op, in order (realtime keeps the order of awaited publishes only) and without making the
 * step's body wait. Realtime being down never fails a run (I9): a failed publish is logged and dropped.
 */
export class Publisher {
  private tail: Promise<void> = Promise.resolve();
  private sequence = 0;

  constructor(
    private readonly port: InngestPort,
    private readonly targets: readonly StreamTarget[],
    /** Prefix of the events' ids: run and op. */
    private readonly scope: string,
    private readonly log: WarningLog,
  ) {}

  /** Queues one event for every target, or for the given ones. `ownId`: for one that several ops may publish. */
  publish(event: RunEvent, targets: readonly StreamTarget[] = this.targets, ownId?: string): void {
    const mastraEventId = ownId ?? `${this.scope}#${this.sequence++}`;
    // Now, and not when its turn comes: a step may change what it was given and what it wrote.
    const image = streamImage({ ...event, mastraEventId });
    this.tail = this.tail.then(async () => {
      await Promise.all(targets.map(target => this.send(target, eventFor(target, image))));
    });
  }

  /** Resolves when all that was queued is sent or dropped. */
  async flush(): Promise<void> {
    await this.tail;
  }

  private async send(target: StreamTarget, event: RunEvent): Promise<void> {
    const message = shorten(event as Json);
    const publish = () => this.port.publish(target.channel, WATCH_TOPIC, message);
    try {
      // Once more: a kept-alive connection may have been closed by the other side, and a double does no harm (I9).
      await publish().catch(publish);
    } catch (error) {
      this.log.warn('A workflow event could not be published; the run goes on.', {
        channel: target.channel,
        type: event.type,
        reason: reasonOf(error),
      });
    }
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

/** Fields of an event's payload that are never long. */
const BRIEF = new Set(
  'id stepCallId status startedAt endedAt completedCount totalCount currentIndex iterationStatus'.split(' '),
);

/** The server cuts a longer message in the middle of its JSON, so we send the event without its bulky fields instead. */
function shorten(event: Json): Json {
  if (jsonSize(event) <= LIMITS.realtimeMessage) return event;
  const { payload = {}, ...rest } = event as { payload?: Record<string, Json> };
  const kept = Object.entries(payload).filter(([name]) => BRIEF.has(name));
  return encodeValue({ ...rest, payload: { ...Object.fromEntries(kept), truncated: true } });
}
