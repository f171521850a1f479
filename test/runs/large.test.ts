import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
/** Three of them are more than one Inngest step holds (4 MiB). */
const BULK = 'aé世🎉'.repeat(200_000);
let harness: Harness;

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const bulk = (id: string) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async () => ({ text: `${id}${BULK}`, at: new Date(5) }),
    });
  const asks = createStep({
    id: 'asks',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ resumeData, suspend, getStepResult }) => {
      if (!resumeData) return suspend({ ask: 1 } as never);
      const results = ['one', 'two', 'three'].map(id => getStepResult(id) as { text: string; at: Date });
      return results.map(({ text, at }, index) => [
        text === `${['one', 'two', 'three'][index]}${BULK}`,
        at.getTime(),
      ]);
    },
  });
  const large = createWorkflow({ id: 'large', inputSchema: any, outputSchema: any })
    .then(bulk('one'))
    .then(bulk('two'))
    .then(bulk('three'))
    .then(asks)
    .commit();
  return { large };
}

beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

test('a run whose results are larger than one Inngest step goes on with all of them', async () => {
  const workflow = harness.mastra.getWorkflowById('large' as never);
  const run = await workflow.createRun({ runId: randomUUID() });
  expect(await run.start({ inputData: {} as never })).toMatchObject({ status: 'suspended' });
  const result = (await run.resume({ resumeData: { go: true } })) as { status: string; result?: unknown };
  expect(result.status).toBe('success');
  expect(result.result).toEqual([
    [true, 5],
    [true, 5],
    [true, 5],
  ]);
  const parts = harness.proxy.names().filter(name => name.startsWith('resume'));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.slice(0, 2)).toEqual(['resume', 'resume (2)']);
});
