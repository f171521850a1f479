import { expect, test, vi } from 'vitest';
import { unref } from '../../src/unref';

test('a timer that is an object lets the process end, and one that is a number is left alone', () => {
  const timer = { unref: vi.fn() };
  unref(timer);
  expect(timer.unref).toHaveBeenCalledOnce();
  expect(() => unref(7)).not.toThrow();
});
