import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checks } from '../../src/run/checks';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('I10: a thousand waiters share one timer, each wakes when it is due, and none is left behind', async () => {
  const woken: number[] = [];
  const waiting = Array.from({ length: 1000 }, (_, index) =>
    checks.after(500 + index, () => woken.push(index)),
  );
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(509);
  expect(woken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const forget of waiting) forget();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(2000);
  expect(woken).toHaveLength(10);
});

test('an earlier pause is not held up by a later one', async () => {
  const woken: string[] = [];
  checks.after(5000, () => woken.push('late'));
  checks.after(100, () => woken.push('early'));
  await vi.advanceTimersByTimeAsync(100);
  expect(woken).toEqual(['early']);
  await vi.advanceTimersByTimeAsync(5000);
  expect(woken).toEqual(['early', 'late']);
});

test('reads of the store: a few at once, all in the end, also after one that failed', async () => {
  let now = 0;
  let most = 0;
  const read = (fails: boolean) =>
    checks.read(async () => {
      most = Math.max(most, ++now);
      await new Promise(resolve => setTimeout(resolve, 10));
      now--;
      if (fails) throw new TypeError('the store is down');
      return 'read';
    });
  const reads = Promise.allSettled(Array.from({ length: 100 }, (_, index) => read(index % 3 === 0)));
  await vi.advanceTimersByTimeAsync(1000);
  const outcomes = await reads;
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(66);
  expect(most).toBe(16);
});
