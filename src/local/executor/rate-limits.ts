import type { Clock } from '../clock';
import { DAY, parseDuration } from '../duration';
import { compile } from '../expression/expression';
import type { Value } from '../expression/values';
import type { Json } from '../json';
import { canonical, field, text } from '../json';
import { bareEvent } from '../state/events';
import type { FunctionConfig, StoredEvent } from '../state/types';

/** How many runs may start in how many ms, and what tells one count from another. */
interface Rule {
  limit: number;
  period: number;
  key: string | undefined;
}

/** What is remembered at most; older counts are forgotten first. */
const CAPACITY = 10_000;

/** `idempotency` is a rate limit of one in 24 hours on the real server, and takes the place of the other. */
function ruleOf(fn: FunctionConfig): Rule | undefined {
  const once = text(fn.flow, 'idempotency');
  if (once) return { limit: 1, period: DAY, key: once };
  const given = fn.flow['rateLimit'];
  const limit = field(given, 'limit');
  const period = parseDuration(text(given, 'period') ?? '');
  if (typeof limit !== 'number' || !period) return undefined;
  return { limit: Math.max(limit, 1), period, key: text(given, 'key') };
}

function keyText(value: Value): string {
  return typeof value === 'symbol' ? '' : canonical(jsonOf(value));
}

function jsonOf(value: Value): Json {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
  }
  return typeof value === 'symbol' ? null : value;
}

/**
 * A function's `rateLimit` and `idempotency`: starts over the limit are dropped.
 *
 * Starts are spread over the period (the "generic cell rate algorithm"): after one, the next is due a period
 * divided by the limit later, and a tenth of the limit may come early.
 */
export class RateLimits {
  /** The instant at which a key has used nothing of its limit any more. */
  readonly #idleAt = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Counts a start; `false` if it is one too many, which is not counted. */
  admit(fn: FunctionConfig, event: StoredEvent): boolean {
    const rule = ruleOf(fn);
    if (!rule) return true;
    const value = rule.key ? compile(rule.key).value({ event: bareEvent(event) }) : null;
    // As on the real server: a key that is false, or whose path is missing, is not limited.
    if (value === false || typeof value === 'symbol') return true;
    const key = `${fn.uuid} ${keyText(value)}`;
    const now = this.clock.now();
    const spacing = rule.period / rule.limit;
    const idleAt = Math.max(this.#idleAt.get(key) ?? now, now) + spacing;
    const early = spacing * Math.floor(rule.limit / 10);
    if (idleAt - spacing - early > now) return false;
    this.#remember(key, idleAt, now);
    return true;
  }

  #remember(key: string, idleAt: number, now: number): void {
    this.#idleAt.delete(key);
    this.#idleAt.set(key, idleAt);
    for (const [old, end] of this.#idleAt) {
      if (end > now && this.#idleAt.size <= CAPACITY) break;
      this.#idleAt.delete(old);
    }
  }
}
