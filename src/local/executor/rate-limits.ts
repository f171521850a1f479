import type { Clock } from '../clock';
import { keyValue } from '../flow/key';
import { canonical } from '../json';
import type { Recorder } from '../persist/recorder';
import { Deadlines } from '../state/deadlines';
import type { FunctionConfig, StoredEvent } from '../state/types';

/**
 * A function's `rateLimit` and `idempotency`: starts over the limit are dropped.
 *
 * Starts are spread over the period (the "generic cell rate algorithm"): after one, the next is due a period
 * divided by the limit later, and a tenth of the limit may come early.
 */
export class RateLimits {
  /** When a key has used nothing of its limit any more. */
  readonly #idle: Deadlines;

  constructor(
    private readonly clock: Clock,
    recorder: Recorder,
  ) {
    this.#idle = new Deadlines('rate', recorder);
  }

  /** Counts a start; `false` if it is one too many, which is not counted. */
  admit(fn: FunctionConfig, event: StoredEvent): boolean {
    if (!fn.controls.startLimit) return true;
    const { limit, period, key } = fn.controls.startLimit;
    const value = key ? keyValue(key, event) : null;
    // As on the real server: a key that is false, or whose path is missing, is not limited.
    if (value === false) return true;
    const counted = `${fn.uuid} ${canonical(value)}`;
    const now = this.clock.now();
    const spacing = period / limit;
    const due = this.#idle.after(now, counted) ?? now;
    const early = spacing * Math.floor(limit / 10);
    if (due - early > now) return false;
    this.#idle.set(counted, due + spacing, now);
    return true;
  }
}
