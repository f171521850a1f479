import type { Random } from '../random';

const seconds = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200];
const jitterSeconds = 30;

/**
 * Inngest's waiting times before retry 1, 2, …: 15 s to 2 h, each with up to 30 s on top.
 * @returns a function from the retry's number to milliseconds
 */
export function defaultRetryDelay(random: Random): (retry: number) => number {
  return retry => {
    const base = seconds[Math.min(retry, seconds.length) - 1] ?? 15;
    return (base + random.next() * jitterSeconds) * 1000;
  };
}
