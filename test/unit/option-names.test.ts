import { expect, test, vi } from 'vitest';
import { nameProblem } from '../../src/function/option-checks/names';

/** A later core, which takes one parameter more; of another it takes all there are. */
const later = vi.hoisted(() => ({ takesAll: false }));

vi.mock('@mastra/core/workflows', async original => {
  const core = await original<object>();
  class Workflow {
    readonly taken: unknown;
    constructor(params: { id: string; ofTomorrow?: unknown }) {
      this.taken = later.takesAll ? { ...params } : params.ofTomorrow;
    }
  }
  return { ...core, Workflow };
});

test('a parameter that only a later core knows is taken, and a name that it does not read is not', () => {
  expect(nameProblem('ofTomorrow')).toBeUndefined();
  expect(nameProblem('ofYesterday')).toMatchObject({ what: 'does not exist' });
});

test('where core takes all there is, no name is refused', () => {
  later.takesAll = true;
  expect(nameProblem('ofYesterday')).toBeUndefined();
});
