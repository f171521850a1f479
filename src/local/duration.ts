import { DAY, HOUR, periodOf } from '../wire/period';
import { LocalServerError } from './errors';

const SECOND = 1000;
export const YEAR = 365 * DAY;

const words: Record<string, number> = {
  millisecond: 1,
  second: SECOND,
  sec: SECOND,
  minute: 60 * SECOND,
  min: 60 * SECOND,
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
};

/** Milliseconds of a caller's `7 days`, `90 minutes`, `1h30m` or number. */
export function toMilliseconds(input: number | string): number {
  if (typeof input === 'number' && Number.isFinite(input) && input >= 0) return input;
  if (typeof input === 'string') {
    const short = periodOf(input.trim());
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
  const length = periodOf(input);
  if (length !== undefined) return now + length;
  const date = Date.parse(input);
  if (Number.isNaN(date)) return undefined;
  // The real server counts whole seconds to a date.
  return now + Math.round((date - lag - now) / SECOND) * SECOND;
}
