import { periodOf } from '../../wire/period';
import type { Expression } from '../expression/expression';
import type { Json } from '../json';
import { field, text } from '../json';
import type { Recorder } from '../persist/recorder';
import { Deadlines } from '../state/deadlines';
import type { StoredEvent } from '../state/types';
import type { Checks } from './checks';
import { uncheckedKey } from './checks';
import { keyText } from './key';

const second = 1000;

/** A function's `throttle`: how many runs may start in how many ms. Others wait. */
export interface Throttle {
  limit: number;
  period: number;
  /** How many more may start at once. */
  burst: number;
  key: Expression | undefined;
}

function count(given: Json, name: string, checks: Checks): number {
  const value = field(given, name) ?? 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw checks.refuse(`throttle: ${name} must be a whole number, and not negative`);
}

/** Reads `throttle`. A limit of 0 is one of 1, and the period counts in whole seconds, as on the real server. */
export function parseThrottle(given: Json | undefined, checks: Checks): Throttle | undefined {
  if (given === undefined || given === null) return undefined;
  const period = periodOf(text(given, 'period') ?? '');
  if (period === undefined) throw checks.refuse('throttle: period must be a duration');
  return {
    limit: Math.max(count(given, 'limit', checks), 1),
    period: Math.floor(period / second) * second,
    burst: count(given, 'burst', checks),
    key: uncheckedKey(text(given, 'key')),
  };
}

/**
 * Counts starts. They are spread over the period (the "generic cell rate algorithm"): the whole limit and the
 * burst may start at once, and after that one each time a period divided by the limit has passed.
 */
export class Throttles {
  /** When a key has used nothing of its limit any more. */
  readonly #idle: Deadlines;

  constructor(recorder: Recorder) {
    this.#idle = new Deadlines('throttle', recorder);
  }

  /** Counts a start; or says when it may be tried again, and counts nothing. */
  admit(owner: string, throttle: Throttle, event: StoredEvent, now: number): number | undefined {
    const { limit, period, burst, key } = throttle;
    const counted = key ? `${owner} ${keyText(key, event)}` : owner;
    const spacing = period / limit;
    const idle = (this.#idle.after(now, counted) ?? now) + spacing;
    const due = Math.ceil(idle - spacing * (limit + burst));
    if (due > now) return due;
    this.#idle.set(counted, idle, now);
    return undefined;
  }
}
