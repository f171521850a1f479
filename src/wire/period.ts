/** Periods of time in Inngest's notation: `30s`, `1h30m`, `7d`. */

const SECOND = 1000;
export const HOUR = 3600 * SECOND;
export const DAY = 24 * HOUR;

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: HOUR,
  d: DAY,
  w: 7 * DAY,
};

/** Milliseconds, or undefined for what Inngest's server can't read. */
export function periodOf(text: string): number | undefined {
  const part = /(\d+\.?\d*|\.\d+)(ns|us|µs|ms|[smhdw])/y;
  let total = 0;
  while (part.lastIndex < text.length) {
    const [, amount, unit = ''] = part.exec(text) ?? [];
    if (amount === undefined) return undefined;
    total += Number(amount) * (UNITS[unit] ?? 0);
  }
  return text === '' ? undefined : total;
}
