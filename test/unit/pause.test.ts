import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pause } from '../../src/pause';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a pause is over after its time, and not before', async () => {
  const over = vi.fn();
  void new Pause().take(500).then(over);
  await vi.advanceTimersByTimeAsync(499);
  expect(over).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(over).toHaveBeenCalled();
});

test('a pause that is ended early leaves no timer behind', async () => {
  const pause = new Pause();
  const taken = pause.take(500);
  pause.end();
  await taken;
  expect(vi.getTimerCount()).toBe(0);
});

test('ending none ends no later one', async () => {
  const pause = new Pause();
  pause.end();
  const first = pause.take(500);
  pause.end();
  await first;
  pause.end();
  const over = vi.fn();
  void pause.take(500).then(over);
  await vi.advanceTimersByTimeAsync(499);
  expect(over).not.toHaveBeenCalled();
});
