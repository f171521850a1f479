/** The stored status of a run that sleeps or waits for an event, and of the step that follows. */
import { randomUUID } from 'node:crypto';
import { createStep, init, waitForEvent } from '@mastra/inngest';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep as coreStep, createWorkflow as coreWorkflow } from '@mastra/core/workflows';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();

async function stored(mastra: Mastra, workflowName: string, runId: string) {
  const store = await mastra.getStorage()?.getStore('workflows');
  const row = await store?.loadWorkflowSnapshot({ workflowName, runId });
  if (row) return row;
  // A nested run has a row of its own, under another id; there is one at a time.
  const { runs } = (await store?.listWorkflowRuns({ workflowName, status: 'running' })) ?? { runs: [] };
  return runs[0]?.snapshot as NonNullable<typeof row>;
}

interface Context {
  mastra: Mastra;
  runId: string;
  workflowId: string;
}

interface Run {
  start(args: object): Promise<{ status: string; result: unknown }>;
}

interface Making {
  step: typeof createStep;
  define(id: string): ReturnType<typeof coreWorkflow>;
}

/** Gives what is stored of the run while this step executes: its status, those of the entries before, and the active ones of them. */
const look = (step: typeof createStep) =>
  step({
    id: 'look',
    inputSchema: any,
    outputSchema: any,
    execute: (async ({ mastra, runId, workflowId }: Context) => {
      const row = await stored(mastra, workflowId, runId);
      const others = Object.entries(row?.context ?? {}).filter(([id]) => id !== 'input' && id !== 'look');
      const active = Object.keys(row?.activeStepsPath ?? {}).filter(id => id !== 'look');
      return {
        status: row?.status,
        others: others.map(([, result]) => (result as { status: string }).status),
        active,
      };
    }) as never,
  });

function sleepers({ step, define }: Making) {
  const soon = async () => new Date(Date.now() + 300);
  const turn = define('turn').sleep(100).then(look(step)).commit();
  const second = async ({ iterationCount }: { iterationCount: number }) => iterationCount >= 2;
  return {
    asleep: define('asleep').sleep(300).then(look(step)).commit(),
    'asleep-until': define('asleep-until').sleepUntil(soon).then(look(step)).commit(),
    'asleep-twice': define('asleep-twice').sleep(100).sleep(100).then(look(step)).commit(),
    'asleep-in-a-loop': define('asleep-in-a-loop').dountil(turn, second).commit(),
  };
}

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const define = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });
  const wait = { id: 'answer', event: 'answer/came', match: 'data.inputData.key', timeout: '1h' };
  return {
    ...sleepers({ step: createStep, define }),
    awaiting: define('awaiting').then(waitForEvent(wait)).then(look(createStep)).commit(),
  };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

describe('the step after a sleep finds the run running, as on core', () => {
  const core = sleepers({
    step: coreStep as never,
    define: id => coreWorkflow({ id, inputSchema: any, outputSchema: any }),
  });
  test.each(Object.keys(core))('%s', async id => {
    const onCore = new Mastra({ workflows: core, storage: new InMemoryStore(), logger: false });
    const results = [];
    for (const mastra of [onCore as unknown as Mastra, harness.mastra]) {
      const run = await mastra.getWorkflowById(id as never).createRun();
      const { status, result } = (await run.start({ inputData: {} } as never)) as Record<string, unknown>;
      results.push({ status, result });
    }
    expect(results[0]).toMatchObject({ status: 'success', result: { status: 'running', active: [] } });
    expect(results[1]).toEqual(results[0]);
  });
});

test('a run that waits for an event is waiting, with its step as running, and then runs on', async () => {
  const run = await harness.mastra.getWorkflow('awaiting' as never).createRun();
  const key = randomUUID();
  const result = (run as unknown as Run).start({ inputData: { key } });
  let ended = false;
  void result.finally(() => (ended = true));
  const row = () => stored(harness.mastra as never, 'awaiting', run.runId);
  await expect.poll(async () => (await row())?.status).toBe('waiting');
  await expect.poll(async () => (await row())?.context['answer']?.status).toBe('running');
  // The server waits for the event a moment after the app has said so.
  while (!ended) {
    await harness.inngest.send({ name: 'answer/came', data: { inputData: { key } } });
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  expect(await result).toMatchObject({ status: 'success', result: { status: 'running' } });
  expect(await row()).toMatchObject({ status: 'success' });
});
