import type { Clock, Timer } from '../clock';
import { DAY, periodOf } from '../../wire/period';
import type { Expression } from '../expression/expression';
import type { Json } from '../json';
import { text } from '../json';
import type { Recorder } from '../persist/recorder';
import type { FunctionConfig, StoredEvent } from '../state/types';
import type { Checks } from './checks';
import { keyOf } from './checks';
import { Held } from './held';
import { keyText } from './key';

const shortest = 1000;
const longest = 7 * DAY;

/** A function's `debounce`: it starts once no event has come for a period, with the last one. */
export interface Debounce {
  period: number;
  key: Expression | undefined;
  /** How long events can put a start off, counted from the first one. */
  timeout: number | undefined;
}

/** Reads `debounce`. */
export function parseDebounce(given: Json | undefined, checks: Checks): Debounce | undefined {
  if (given === undefined || given === null) return undefined;
  const key = keyOf(text(given, 'key'), checks);
  const shown = text(given, 'period') ?? '';
  const period = periodOf(shown);
  const refuse = (problem: string) => checks.refuse(`The debounce period of '${shown}' is ${problem}`);
  if (period === undefined) throw refuse('invalid');
  if (period < shortest) throw refuse('less than the min of: 1s');
  if (period > longest) throw refuse('greater than the max of: 168h0m0s');
  // A timeout that is no duration is none.
  return { period, key, timeout: periodOf(text(given, 'timeout') ?? '') };
}

interface Pending {
  event: StoredEvent;
  /** The latest instant to which it can be put off. */
  last: number;
  timer: Timer;
}

/** Holds events back until their period is over; of those with one key, only the last starts something. */
export class Debouncer {
  readonly #pending: Held<Pending>;

  constructor(
    private readonly clock: Clock,
    recorder: Recorder,
  ) {
    this.#pending = new Held('debounce', recorder, ({ event, last, timer }) => ({
      event,
      last,
      at: timer.at,
    }));
  }

  /** Goes on with what was held back before this server was started. */
  restore(start: (fnUuid: string, event: StoredEvent) => void): void {
    for (const { key, fnUuid, row } of this.#pending.recorded()) {
      const { event, last, at } = row as unknown as { event: StoredEvent; last: number | null; at: number };
      this.#hold(key, event, last ?? Number.POSITIVE_INFINITY, at, () => start(fnUuid, event));
    }
  }

  /** Takes an event in. `start` is called for the last one of its key; the others are superseded. */
  hold(
    fn: FunctionConfig,
    debounce: Debounce,
    event: StoredEvent,
    start: (event: StoredEvent) => void,
  ): void {
    const key = Held.keyOf(fn, debounce.key ? keyText(debounce.key, event) : '');
    const now = this.clock.now();
    const before = this.#pending.get(key);
    // An event that is older than the one held back changes nothing.
    if (before && before.event.ts > event.ts) return;
    before?.timer.cancel();
    const last = before?.last ?? now + (debounce.timeout ?? Number.POSITIVE_INFINITY);
    const at = Math.min(now + debounce.period, Math.max(last, now));
    this.#hold(key, event, last, at, () => start(event));
  }

  #hold(key: string, event: StoredEvent, last: number, at: number, start: () => void): void {
    const timer = this.clock.at(at, () => {
      this.#pending.delete(key);
      start();
    });
    this.#pending.set(key, { event, last, timer });
  }
}
