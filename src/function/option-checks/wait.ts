/** What the package `ms`, through which the SDK reads some times, understands: `1h`, `30 mins`, `2.5 days`. */
const MS =
  /^(\d*\.?\d+) *(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i;

/** Whether the SDK can make a time to wait of it: milliseconds, a text, a date, or one of Temporal's objects. */
export function isWait(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && value > 0;
  if (typeof value === 'string') return value.length <= 100 && Number(MS.exec(value)?.[1]) > 0;
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  return /^\[object Temporal\./.test(Object.prototype.toString.call(value));
}
