/** How often Inngest calls the app for a run, on whichever SDK the process runs. */
import { appendFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { checkpoints, sdkVersion } from '../support/sdk';

const any = z.any();
const steps = Array.from({ length: 10 }, (_, index) =>
  createStep({ id: `s${index}`, inputSchema: any, outputSchema: any, execute: async () => ({ index }) }),
);

interface Chain {
  then(step: unknown): Chain;
  commit(): unknown;
}

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const define = (id: string, options = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, ...options });
  const chain = (workflow: unknown) =>
    steps.reduce((flow, step) => flow.then(step), workflow as Chain).commit();
  return {
    sequential: chain(define('sequential')),
    parallel: define('parallel').parallel(steps).commit(),
    checkpointed: chain(define('checkpointed', { checkpointing: true })),
    stepwise: chain(define('stepwise', { checkpointing: false })),
  };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

test.each([
  // One request per step, one for the run's last op, one for the answer; or, where steps are checkpointed, one in all.
  ['10 steps in sequence', checkpoints ? 1 : 12, 'sequential'],
  ['10 steps in parallel', 13, 'parallel'],
  ['10 steps, checkpointing on in the workflow', 1, 'checkpointed'],
  ['10 steps, checkpointing off in the workflow', 12, 'stepwise'],
])('%s take %s requests at most', async (name, atMost, workflowId) => {
  harness.proxy.reset();
  const run = await harness.mastra.getWorkflow(workflowId as never).createRun({ runId: randomUUID() });
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'success' });
  await harness.proxy.quiet();
  const requests = harness.proxy.executions.length;
  const { REQUESTS_FILE } = process.env;
  if (REQUESTS_FILE) {
    appendFileSync(REQUESTS_FILE, `${JSON.stringify({ sdkVersion, checkpoints, name, requests })}\n`);
  }
  expect(requests).toBeGreaterThan(0);
  expect(requests).toBeLessThanOrEqual(atMost);
  if (workflowId === 'stepwise') expect(requests).toBeGreaterThan(10);
  expect(harness.proxy.counted()).toHaveLength(11);
});
