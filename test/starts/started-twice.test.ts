/** I5, I6: two processes start one run, and the store of one of them is slow: nothing is lost, and nothing runs twice. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { lookSoon } from '../support/look-soon';
import { makeClient } from '../support/sdk';
import { until } from '../support/until';

const any = z.any();
lookSoon();

interface Run {
  start(args: object): Promise<{ status: string; result?: unknown }>;
  resume(args: object): Promise<{ status: string }>;
}

let harness: Harness;
let elsewhere: Mastra;
/** Called before a row is created. */
let beforeCreate: (() => Promise<void>) | undefined;
let duringStep: (() => Promise<void>) | undefined;
const executions = new Map<string, number>();

beforeAll(async () => {
  const storage = new InMemoryStore();
  const store = (await storage.getStore('workflows')) as unknown as Record<
    string,
    (args: object) => Promise<unknown>
  >;
  const persist = store.persistWorkflowSnapshot?.bind(store);
  store.persistWorkflowSnapshot = async args => {
    await beforeCreate?.();
    return persist?.(args);
  };
  // With checkpointing, Inngest's server does not keep what a run that ends in its first request returned.
  harness = await startHarness({ workflows: define, storage, checkpointing: false });
  const inngest = makeClient({ id: harness.appId, baseUrl: harness.proxy.url });
  elsewhere = new Mastra({ workflows: define(inngest) as never, storage, logger: false });
});
afterAll(() => harness?.stop());

function define(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const options = { inputSchema: any, outputSchema: any };
  const work = createStep({
    id: 'work',
    ...options,
    execute: async ({ inputData, runId }) => {
      executions.set(runId, (executions.get(runId) ?? 0) + 1);
      await duringStep?.();
      return { seen: inputData as unknown };
    },
  });
  const ask = createStep({
    id: 'ask',
    ...options,
    execute: async ({ resumeData, suspend }) => resumeData ?? suspend({}),
  });
  return {
    work: createWorkflow({ id: 'work', ...options })
      .then(work)
      .commit(),
    asks: createWorkflow({ id: 'asks', ...options })
      .then(ask)
      .commit(),
  };
}

const runIn = (mastra: Mastra, workflowId: string, runId: string) =>
  mastra.getWorkflowById(workflowId as never).createRun({ runId }) as unknown as Promise<Run>;
const rowOf = async (workflowId: string, runId: string) =>
  (await harness.mastra.getWorkflowById(workflowId as never).getWorkflowRunById(runId)) as unknown as Row;

interface Row {
  status: string;
  result?: unknown;
  error?: { message: string };
  steps?: Record<string, { status: string; output?: unknown }>;
}

/** The run in another process, whose `createRun` has found no row and not made its own yet. */
async function slowlyElsewhere(workflowId: string, runId: string) {
  let goOn = () => {};
  let isHeld = false;
  const held = new Promise<void>(resolve => {
    goOn = resolve;
  });
  beforeCreate = async () => {
    isHeld = true;
    beforeCreate = undefined;
    await held;
  };
  const run = runIn(elsewhere, workflowId, runId);
  await until(async () => isHeld);
  return {
    create: () => {
      goOn();
      return run;
    },
  };
}

test('a row that another start makes anew after the run has ended is what Inngest knows of the run', async () => {
  const runId = randomUUID();
  const slow = await slowlyElsewhere('work', runId);
  const first = await (await runIn(harness.mastra, 'work', runId)).start({ inputData: { n: 1 } });
  expect(first).toMatchObject({ status: 'success', result: { seen: { n: 1 } } });
  const again = (await slow.create()).start({ inputData: { n: 1 } });
  await expect(again).rejects.toMatchObject({
    code: 'RUN_CONFLICT',
    message: expect.stringMatching(/has ended/),
  });
  expect(await rowOf('work', runId)).toMatchObject({
    status: 'success',
    result: { seen: { n: 1 } },
    steps: { work: { status: 'success', output: { seen: { n: 1 } } } },
  });
  expect(executions.get(runId)).toBe(1);
});

test('a row that another start makes anew while the run executes ends as the run does, for both', async () => {
  const runId = randomUUID();
  const slow = await slowlyElsewhere('work', runId);
  let other: Promise<unknown> | undefined;
  duringStep = async () => {
    duringStep = undefined;
    const before = harness.proxy.events;
    other = (await slow.create()).start({ inputData: { n: 2 } });
    await until(async () => harness.proxy.events > before);
  };
  const first = await (await runIn(harness.mastra, 'work', runId)).start({ inputData: { n: 2 } });
  expect(first).toMatchObject({ status: 'success', result: { seen: { n: 2 } } });
  expect(await other).toMatchObject({ status: 'success', result: { seen: { n: 2 } } });
  expect(await rowOf('work', runId)).toMatchObject({ status: 'success', result: { seen: { n: 2 } } });
  expect(executions.get(runId)).toBe(1);
});

test('of a suspended run, of which Inngest does not know all, the row says why it can’t go on', async () => {
  const runId = randomUUID();
  const slow = await slowlyElsewhere('asks', runId);
  await (await runIn(harness.mastra, 'asks', runId)).start({ inputData: {} });
  const again = (await slow.create()).start({ inputData: {} });
  await expect(again).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  expect(await rowOf('asks', runId)).toMatchObject({
    status: 'failed',
    error: { message: expect.stringMatching(/already started/) },
  });
});

test('a run that was deleted and is started once more says that its id was taken', async () => {
  const runId = randomUUID();
  await (await runIn(harness.mastra, 'work', runId)).start({ inputData: { n: 3 } });
  await harness.mastra.getWorkflowById('work' as never).deleteWorkflowRunById(runId);
  const again = (await runIn(elsewhere, 'work', runId)).start({ inputData: { n: 4 } });
  await expect(again).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  expect(executions.get(runId)).toBe(1);
});
