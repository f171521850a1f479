import type { Clock, Timer } from '../clock';
import { periodOf } from '../../wire/period';
import type { Expression } from '../expression/expression';
import type { Json, JsonObject } from '../json';
import { field, isObject, text } from '../json';
import { plain } from '../persist/plain';
import type { Recorder } from '../persist/recorder';
import { bareEvent } from '../state/events';
import type { FunctionConfig, StoredEvent } from '../state/types';
import type { Checks } from './checks';
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
  readonly #pending = new Map<string, Pending>();

  constructor(
    private readonly clock: Clock,
    private readonly recorder: Recorder,
  ) {}

  /** Goes on with the batches that were begun before this server was started. */
  restore(startOf: (fnUuid: string) => Start): void {
    for (const [key, row] of this.recorder.read('batch')) {
      const { events, since, at } = row as unknown as { events: StoredEvent[]; since: number; at: number };
      const pending = this.#begin(key, since, at, startOf(key.slice(0, key.indexOf(' '))));
      for (const event of events) this.#add(pending, event);
      this.#changed(key);
    }
  }

  /**
   * Takes an event in. `start` is called once for all events of a batch, in the order in which they came, with the
   * instant at which the first one did.
   */
  hold(fn: FunctionConfig, batch: Batch, event: StoredEvent, start: Start): void {
    const key = `${fn.uuid} ${batch.key ? keyText(batch.key, event) : ''}`;
    const now = this.clock.now();
    const pending = this.#pending.get(key) ?? this.#begin(key, now, now + batch.timeout, start);
    this.#add(pending, event);
    this.#changed(key);
    if (pending.events.length >= batch.maxSize || pending.bytes >= mostBytes) pending.release();
  }

  #begin(key: string, since: number, at: number, start: Start): Pending {
    const release = (): void => {
      this.#pending.delete(key);
      pending.timer.cancel();
      this.#changed(key);
      start(pending.events, since);
    };
    const pending: Pending = { since, events: [], bytes: 0, timer: this.clock.at(at, release), release };
    this.#pending.set(key, pending);
    return pending;
  }

  #add(pending: Pending, event: StoredEvent): void {
    pending.events.push(event);
    pending.bytes += event.bytes;
  }

  #changed(key: string): void {
    this.recorder.changed(`batch ${key}`, () => {
      const pending = this.#pending.get(key);
      if (!pending) return [['batch', key, null]];
      const { events, since, timer } = pending;
      return [['batch', key, plain({ events, since, at: timer.at })]];
    });
  }
}
