import { DAY, periodOf } from '../../wire/period';
import type { Expression } from '../expression/expression';
import type { JsonObject } from '../json';
import { field, text } from '../json';

/** How many runs of a function may start in how many ms, and what tells one count from another. */
export interface StartLimit {
  limit: number;
  period: number;
  key: Expression | undefined;
}

/** Why a `rateLimit` can't be registered, checked as on the real server. */
function problemOf(limit: unknown, period: number | undefined): string | undefined {
  if (typeof limit !== 'number' || limit <= 0) return 'limit must be greater than 0';
  if (period === undefined) return 'period must be a duration';
  return period > DAY ? 'period must be at most 24h' : undefined;
}

/**
 * The limit that a function's flow control sets. `idempotency` is one of a start in 24 hours on the real server, and takes
 * the place of `rateLimit`.
 */
export function parseStartLimit(
  flow: JsonObject,
  compiled: (source: string) => Expression,
  refuse: (problem: string) => Error,
): StartLimit | undefined {
  const keyOf = (source: string | undefined) => (source ? compiled(source) : undefined);
  const once = keyOf(text(flow, 'idempotency'));
  const given = flow['rateLimit'] ?? undefined;
  const key = keyOf(text(given, 'key'));
  const limit = field(given, 'limit');
  const period = periodOf(text(given, 'period') ?? '');
  const problem = given === undefined ? undefined : problemOf(limit, period);
  if (problem !== undefined) throw refuse(`rateLimit: ${problem}`);
  if (once) return { limit: 1, period: DAY, key: once };
  return period ? { limit: Math.max(Number(limit), 1), period, key } : undefined;
}
