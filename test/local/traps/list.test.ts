import { expect, test } from 'vitest';
import { traps } from './list.js';

test('each of the 26 traps has a test of its own', () => {
  const numbers = [...new Set(traps().map(trap => trap.number))].sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
});
