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
  const define = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });
  const chain = steps.reduce<Chain>((flow, step) => flow.then(step), define('sequential') as never);
  return { sequential: chain.commit(), parallel: define('parallel').parallel(steps).commit() };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

test.each([
  // One request per step, one for the run's last op, one for the answer; or, where steps are checkpointed, one in all.
  ['10 steps in sequence', 'sequential', checkpoints ? 1 : 12],
  ['10 steps in parallel', 'parallel', 13],
])('%s take %s requests at most', async (name, workflowId, atMost) => {
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
  expect(harness.proxy.counted()).toHaveLength(11);
});
