/** A nested workflow that Inngest can't run, or not in time, is a failed step of its parent, with Inngest's reason. */
import { randomUUID } from 'node:crypto';
import { createStep, init, nativeStep } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { ownFunction } from '../support/sdk';

const any = z.any();
let harness: Harness;
let slow: object;
let executed: string[] = [];

function step(id: string) {
  return createStep({
    id,
    inputSchema: any,
    outputSchema: any,
    execute: async () => {
      executed.push(id);
      return {};
    },
  });
}

/** `engine`, as far as it is the same in the types of v3 and v4. */
interface Invoking {
  step: {
    invoke(id: string, options: { function: object; data: object; timeout: string }): Promise<unknown>;
  };
}

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const define = (id: string, options: object = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, ...options });
  const limited = define('limited', { rateLimit: { limit: 1, period: '1h' } })
    .then(step('limited-step'))
    .commit();
  const removed = define('removed').then(step('removed-step')).commit();
  slow = ownFunction(inngest, { id: 'slow', triggers: [{ event: 'test/slow' }] }, async context => {
    await context.step.sleep('long', '1h');
  });
  const impatient = nativeStep(
    createStep({
      id: 'impatient-step',
      inputSchema: any,
      outputSchema: any,
      execute: async ({ engine }) =>
        (await (engine as unknown as Invoking).step.invoke('wait', {
          function: slow,
          data: {},
          timeout: '1s',
        })) as object,
    }),
  );
  const removing = createStep({
    id: 'before',
    inputSchema: any,
    outputSchema: any,
    execute: async () => {
      executed.push('before');
      await remove('workflow.removed');
      return {};
    },
  });
  return {
    limited,
    removed,
    twice: define('twice').then(step('before')).then(limited).then(step('after')).commit(),
    again: define('again', { retryConfig: { attempts: 2, delay: 0 } })
      .then(limited)
      .then(step('after-again'))
      .commit(),
    // A real server takes a moment to act on what an app has registered.
    orphan: define('orphan').then(removing).sleep(2_000).then(removed).then(step('after')).commit(),
    impatient: define('impatient').then(impatient).then(step('after')).commit(),
  };
}

beforeAll(async () => {
  harness = await startHarness({ workflows, functions: () => [slow] });
});
afterAll(() => harness.stop());

interface Result {
  status: string;
  error?: Error;
  steps: Record<string, { status: string; error?: Error }>;
}

async function start(workflowId: string): Promise<Result & { runId: string }> {
  executed = [];
  const run = await harness.mastra.getWorkflowById(workflowId as never).createRun({ runId: randomUUID() });
  const result = (await run.start({ inputData: {} } as never)) as unknown as Result;
  return { ...result, runId: run.runId };
}

/** Registers the app again as a deploy does that no longer has this function. */
async function remove(functionId: string): Promise<void> {
  const { functions, ...rest } = JSON.parse(harness.proxy.registration ?? '') as {
    functions: { id: string }[];
  };
  const left = functions.filter(({ id }) => id !== `${harness.appId}-${functionId}`);
  expect(left).toHaveLength(functions.length - 1);
  const response = await fetch(`${harness.proxy.url}/fn/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...rest, functions: left }),
  });
  expect(response.status).toBe(200);
}

test('a workflow over its rate limit: the parent fails, says why, and goes no further', async () => {
  expect(await start('twice')).toMatchObject({ status: 'success' });
  expect(executed).toEqual(['before', 'limited-step', 'after']);
  const second = await start('twice');
  expect(second.status).toBe('failed');
  expect(second.error?.message).toContain('invoked function is rate limited');
  expect(second.steps.limited).toMatchObject({ status: 'failed' });
  expect(second.steps.limited?.error?.message).toContain('invoked function is rate limited');
  expect(executed).toEqual(['before']);
  expect((await harness.rested('twice', second.runId)).error?.message).toContain('rate limited');
  // Mastra's retries are tried, each its own invoke, and dropped in the same way.
  await harness.proxy.quiet();
  harness.proxy.reset();
  const retried = await start('again');
  expect(retried.status).toBe('failed');
  expect(retried.error?.message).toContain('invoked function is rate limited');
  expect(executed).toEqual([]);
  await harness.proxy.quiet();
  expect(harness.proxy.names()).toEqual(['limited', 'limited (retry 1)', 'limited (retry 2)', 'finish']);
});

test('an invoke that is not answered in time', async () => {
  const result = await start('impatient');
  expect(result.status).toBe('failed');
  expect(result.error?.name).toBe('InngestInvokeTimeoutError');
  expect(result.error?.message).toContain('Timed out waiting for invoked function to complete');
  expect(executed).toEqual([]);
});

test('a workflow whose function is no longer registered when its turn comes', async () => {
  const { status, error, steps } = await start('orphan');
  expect(status).toBe('failed');
  expect(error?.message).toContain(`could not find function with ID: ${harness.appId}-workflow.removed`);
  expect(steps.removed).toMatchObject({ status: 'failed' });
  expect(executed).toEqual(['before']);
});
