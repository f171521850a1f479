import type { Clock, Timer } from '../clock';
import { periodOf } from '../../wire/period';
import type { Expression } from '../expression/expression';
import type { Json, JsonObject } from '../json';
import { field, isObject, text } from '../json';
import type { Recorder } from '../persist/recorder';
import { bareEvent } from '../state/events';
import type { FunctionConfig, StoredEvent } from '../state/types';
import type { Checks } from './checks';
import { Held } from './held';
import { keyText } from './key';

const second = 1000;
const fewest = 2;
/** A batch that is larger starts before it is full, as on the real server. */
const mostBytes = 10 * 2 ** 20;

/** A function's `batchEvents`: several events start one run. */
export interface Batch {
  maxSize: number;
  /** How long the first event waits for others, ms. */
  timeout: number;
  key: Expression | undefined;
  /** Which events are batched; the others start a run each, as if there were no batches. */
  condition: Expression | undefined;
}

/** Options that the real server does not take beside `batchEvents`. */
const excluded: Record<string, (registered: JsonObject) => boolean> = {
  cancellation: registered => Array.isArray(registered['cancel']) && registered['cancel'].length > 0,
  debouncing: registered => isObject(registered['debounce']),
  singletons: registered => isObject(registered['singleton']),
  'priority.run': registered => text(registered['priority'], 'run') !== undefined,
};

/** The notation of `batchEvents.timeout` is narrower than that of other periods: it has no days. */
function timeoutOf(given: Json, checks: Checks): number {
  const shown = text(given, 'timeout') ?? '';
  const length = /^\+?[\d.]+(?:ns|us|ms|s|m|h)/.test(shown) && !/[dw\s]/.test(shown) ? shown : '';
  const timeout = periodOf(length.replace(/^\+/, ''));
  if (timeout === undefined) throw checks.refuse(`invalid timeout string: ${shown}`);
  if (timeout < second) throw checks.refuse('batch timeout should be more than 1s');
  return timeout;
}

/** Reads `batchEvents` of a function as it was registered. */
export function parseBatch(registered: JsonObject, checks: Checks): Batch | undefined {
  const given = registered['batchEvents'] ?? null;
  if (given === null) return undefined;
  const maxSize = field(given, 'maxSize') ?? 0;
  if (typeof maxSize !== 'number' || !Number.isInteger(maxSize)) {
    throw checks.refuse('batchEvents: maxSize must be a whole number');
  }
  if (maxSize < fewest) throw checks.refuse(`batch size cannot be smaller than ${fewest}: ${maxSize}`);
  const timeout = timeoutOf(given, checks);
  const compiled = (name: string): Expression | undefined => {
    const source = text(given, name);
    if (source === '') throw checks.refuse(`batchEvents: ${name} is empty`);
    return source === undefined ? undefined : checks.compiled(source);
  };
  for (const [name, isThere] of Object.entries(excluded)) {
    if (isThere(registered)) throw checks.refuse(`Batching and ${name} are mutually exclusive`);
  }
  return { maxSize, timeout, key: compiled('key'), condition: compiled('if') };
}

/** Whether this event waits for others. */
export function isBatched({ condition }: Batch, event: StoredEvent): boolean {
  return condition?.matches({ event: bareEvent(event) }) ?? true;
}

/** What starts together. */
interface Pending {
  since: number;
  events: StoredEvent[];
  bytes: number;
  timer: Timer;
  release: () => void;
}

type Start = (events: StoredEvent[], since: number) => void;

/** Collects events until a batch is full or its time is over. */
export class Batcher {
  readonly #pending: Held<Pending>;

  constructor(
    private readonly clock: Clock,
    recorder: Recorder,
  ) {
    this.#pending = new Held('batch', recorder, ({ events, since, timer }) => ({
      events,
      since,
      at: timer.at,
    }));
  }

  /** Goes on with the batches that were begun before this server was started. */
  restore(startOf: (fnUuid: string) => Start): void {
    for (const { key, fnUuid, row } of this.#pending.recorded()) {
      const { events, since, at } = row as unknown as { events: StoredEvent[]; since: number; at: number };
      const pending = this.#begin(key, since, at, startOf(fnUuid));
      for (const event of events) add(pending, event);
      this.#pending.set(key, pending);
    }
  }

  /**
   * Takes an event in. `start` is called once for all events of a batch, in the order in which they came, with the
   * instant at which the first one did.
   */
  hold(fn: FunctionConfig, batch: Batch, event: StoredEvent, start: Start): void {
    const key = Held.keyOf(fn, batch.key ? keyText(batch.key, event) : '');
    const now = this.clock.now();
    const pending = this.#pending.get(key) ?? this.#begin(key, now, now + batch.timeout, start);
    add(pending, event);
    this.#pending.set(key, pending);
    if (pending.events.length >= batch.maxSize || pending.bytes >= mostBytes) pending.release();
  }

  #begin(key: string, since: number, at: number, start: Start): Pending {
    const release = (): void => {
      pending.timer.cancel();
      this.#pending.delete(key);
      start(pending.events, since);
    };
    const pending: Pending = { since, events: [], bytes: 0, timer: this.clock.at(at, release), release };
    return pending;
  }
}

function add(pending: Pending, event: StoredEvent): void {
  pending.events.push(event);
  pending.bytes += event.bytes;
}
