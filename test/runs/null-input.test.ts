/** `null` is an input like any other where the schema allows it. */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
let harness: Harness;

beforeAll(async () => {
  harness = await startHarness({
    workflows: (inngest: Inngest.Any) => {
      const { createWorkflow } = init(inngest);
      const say = createStep({
        id: 'say',
        inputSchema: any,
        outputSchema: any,
        execute: async ({ inputData }) => ({ got: String(inputData) }),
      });
      const ask = createStep({
        id: 'ask',
        inputSchema: any,
        outputSchema: any,
        execute: async ({ suspend }) => suspend({}),
      });
      const define = (id: string, inputSchema: z.ZodType = any) =>
        createWorkflow({ id, inputSchema, outputSchema: any });
      const alone = define('alone', z.null()).then(say).commit();
      return {
        alone,
        parent: define('parent')
          .map(async () => null)
          .then(alone)
          .commit(),
        asking: define('asking').parallel([say, ask]).commit(),
      };
    },
  });
});
afterAll(() => harness.stop());

test.each([
  ['alone', null],
  ['parent', {}],
])('%s', async (id, inputData) => {
  const run = await harness.mastra.getWorkflowById(id).createRun();
  const result = await run.start({ inputData });
  expect(result).toMatchObject({ status: 'success', input: inputData });
  expect(JSON.stringify(result)).toContain('"got":"null"');
});

test('a run that is suspended in a parallel has no active steps', async () => {
  const run = await harness.mastra.getWorkflowById('asking').createRun();
  expect(await run.start({ inputData: 1 })).toMatchObject({ status: 'suspended' });
  expect(await harness.rested('asking', run.runId)).toMatchObject({ activeStepsPath: {} });
});

test('a run that nobody knows does not exist, at once', async () => {
  const run = await harness.mastra.getWorkflowById('asking').createRun({ runId: 'nobody-knows' });
  const since = performance.now();
  await expect(run.resume({ resumeData: {} })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  expect(performance.now() - since).toBeLessThan(1000);
});
