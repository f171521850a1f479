/** A workflow that was passed to `createStep` is the workflow, and runs as one. */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const number = z.object({ value: z.number() });
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({
    workflows: (inngest: Inngest.Any) => {
      const { createWorkflow } = init(inngest);
      const add = createStep({
        id: 'add',
        inputSchema: number,
        outputSchema: number,
        execute: async ({ inputData }) => ({ value: inputData.value + 1 }),
      });
      const inner = createWorkflow({ id: 'inner', inputSchema: number, outputSchema: number })
        .then(add)
        .commit();
      const step = createStep(inner as never);
      expect(step).toBe(inner);
      const outer = createWorkflow({ id: 'outer', inputSchema: number, outputSchema: number, steps: [add] })
        .then(step as typeof inner)
        .then(add)
        .commit();
      return { outer };
    },
  });
});
afterAll(() => harness.stop());

test('it is a run of its own', async () => {
  const run = await harness.mastra.getWorkflow('outer' as never).createRun();
  const result = await run.start({ inputData: { value: 1 } as never });
  expect(result).toMatchObject({ status: 'success', result: { value: 3 } });
  expect(await harness.snapshots('inner')).toMatchObject([{ status: 'success' }]);
});
