import { LocalServerError } from './errors';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const units: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: second,
  m: minute,
  h: hour,
  d: day,
  w: 7 * day,
};

const words: Record<string, number> = {
  millisecond: 1,
  second,
  sec: second,
  minute,
  min: minute,
  hour,
  day,
  week: 7 * day,
};

export const HOUR = hour;
export const DAY = day;
export const YEAR = 365 * day;

/** Milliseconds of Inngest's notation (`1h30m`, `250ms`, `7d`), or `undefined`. */
export function parseDuration(input: string): number | undefined {
  const compact = input.trim();
  const pattern = /(\d+(?:\.\d+)?)(ns|us|ms|s|m|h|d|w)/gy;
  let total = 0;
  let end = 0;
  for (let match = pattern.exec(compact); match; match = pattern.exec(compact)) {
    total += Number(match[1]) * (units[match[2] ?? ''] ?? 0);
    end = pattern.lastIndex;
  }
  return end > 0 && end === compact.length ? total : undefined;
}

/** Milliseconds of a caller's `7 days`, `90 minutes`, `1h30m` or number. */
export function toMilliseconds(input: number | string): number {
  if (typeof input === 'number' && Number.isFinite(input) && input >= 0) return input;
  if (typeof input === 'string') {
    const short = parseDuration(input);
    if (short !== undefined) return short;
    const long = /^(\d+(?:\.\d+)?)\s*([a-z]+?)s?$/i.exec(input.trim());
    const unit = words[long?.[2]?.toLowerCase() ?? ''];
    if (long && unit) return Number(long[1]) * unit;
  }
  throw new LocalServerError('INVALID_DURATION', `"${input}" is not a duration.`, {
    remedy: 'Use a number of milliseconds or a text such as "90s", "1h30m" or "7 days".',
  });
}

/** The instant a sleep or a timeout ends: an ISO date of a clock that is ahead by `lag`, or a duration from `now`. */
export function deadline(input: string, now: number, lag = 0): number | undefined {
  const length = parseDuration(input);
  if (length !== undefined) return now + length;
  const date = Date.parse(input);
  if (Number.isNaN(date)) return undefined;
  // The real server counts whole seconds to a date.
  return now + Math.round((date - lag - now) / second) * second;
}
