import { expect, test } from 'vitest';
import { traps } from './list.js';

test('each of the 28 traps has a test of its own', () => {
  const numbers = [...new Set(traps().map(trap => trap.number))].sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 28 }, (_, i) => i + 1));
});
