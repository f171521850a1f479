import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readInTurn } from '../../src/run/reads';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('reads of the store: a few at once, all in the end, also after one that failed', async () => {
  let now = 0;
  let most = 0;
  const read = (fails: boolean) =>
    readInTurn(async () => {
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

test('reads that never answer keep others waiting for ten seconds', async () => {
  const silent = () => new Promise<never>(() => {});
  for (let n = 0; n < 16; n++) void readInTurn(silent);
  let answer: string | undefined;
  void readInTurn(async () => 'read').then(read => {
    answer = read;
  });
  await vi.advanceTimersByTimeAsync(9_999);
  expect(answer).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  expect(answer).toBe('read');
});
