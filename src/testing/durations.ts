/** Durations for people; `advance()` takes them, too. */

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
  ['ms', 1],
] as const;

/** Such as `7 days`: in the largest unit that says it exactly. */
export function duration(milliseconds: number): string {
  const whole = Math.max(0, Math.ceil(milliseconds));
  const [unit, length] = UNITS.find(([, one]) => whole >= one && whole % one === 0) ?? ['ms', 1];
  const count = whole / length;
  return `${count} ${unit}${count === 1 || unit === 'ms' ? '' : 's'}`;
}

/** Such as `+7d 00:00:01.500`: how long after the beginning. */
export function since(milliseconds: number): string {
  const days = Math.floor(milliseconds / 86_400_000);
  const clock = new Date(milliseconds % 86_400_000).toISOString().slice(11, 23);
  return `+${days > 0 ? `${days}d ` : ''}${clock}`;
}
