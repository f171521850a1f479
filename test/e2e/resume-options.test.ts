import { createStep, init, inputKey } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const input = z.object({ 'user-id': z.string() });
const key = inputKey<z.infer<typeof input>>('user-id');

/** Each would hold up or drop the second event of a user for longer than a test takes. */
const OPTIONS = {
  'rate-limit': { rateLimit: { limit: 1, period: '1h', key } },
  idempotency: { idempotency: key },
  debounce: { debounce: { period: '1s', key } },
  throttle: { throttle: { limit: 1, period: '1h', key } },
  singleton: { singleton: { mode: 'skip', key } },
  concurrency: { concurrency: { limit: 1, key }, timeouts: { start: '1h', finish: '2h' } },
} as const;

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const ask = createStep({
    id: 'ask',
    inputSchema: input,
    outputSchema: z.object({ turns: z.number() }),
    execute: async ({ resumeData, suspend, suspendData }) => {
      const turn = Number((suspendData as { turn?: number } | undefined)?.turn ?? 0);
      return turn < 2 || !resumeData ? suspend({ turn: turn + 1 }) : { turns: turn };
    },
  });
  const made = Object.entries(OPTIONS).map(([id, options]) =>
    createWorkflow({ id, inputSchema: input, outputSchema: z.any(), ...options })
      .then(ask)
      .commit(),
  );
  return Object.fromEntries(made.map(workflow => [workflow.id, workflow]));
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

test.each(Object.keys(OPTIONS))('%s neither delays nor swallows a resume, twice in a row', async id => {
  const workflow = harness.mastra.getWorkflowById(id);
  const run = await workflow.createRun();
  expect(await run.start({ inputData: { 'user-id': 'ada' } })).toMatchObject({ status: 'suspended' });
  expect(await run.resume({ step: 'ask', resumeData: { go: 1 } })).toMatchObject({ status: 'suspended' });
  expect(await run.resume({ step: 'ask', resumeData: { go: 2 } })).toMatchObject({
    status: 'success',
    result: { turns: 2 },
  });
});
