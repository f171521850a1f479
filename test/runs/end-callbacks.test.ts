/** `onFinish` and `onError` hear of every end, whoever makes it, with what core's own engine tells them (I8). */
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep as createCoreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

type Kit = { createWorkflow: typeof createCoreWorkflow; createStep: typeof createCoreStep };

interface End {
  status: string;
  workflowId: string;
  error?: { message: string };
  steps: Record<string, { status: string }>;
  stepExecutionPath?: string[];
  state: unknown;
  getInitData(): unknown;
  requestContext: { get(key: string): unknown };
}

type Result = Pick<End, 'status' | 'stepExecutionPath' | 'steps'>;

/** As long as a second call would take to come; a cancelled run gives no last answer that could be waited for. */
const quiet = () => new Promise(resolve => setTimeout(resolve, 700));

/** What was told, in order, by workflow and hook; and the steps that began. */
class Ends {
  readonly told: [string, End][] = [];
  readonly begun: string[] = [];
  /** Ends the step that does not listen. */
  release = () => {};

  clear(): void {
    this.told.length = 0;
    this.begun.length = 0;
  }
}

const any = z.any();
const HOUR = 3_600_000;

function build({ createWorkflow, createStep: make }: Kit, ends: Ends) {
  const options = {
    onFinish: (end: object) => void ends.told.push(['onFinish', end as End]),
    onError: (end: object) => void ends.told.push(['onError', end as End]),
  };
  const workflow = (id: string, more: object = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, options: { ...options, ...more } });
  const quick = make({
    id: 'quick',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ setState }) => {
      await setState({ seen: true });
      return {};
    },
  });
  const slow = make({
    id: 'slow',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ abortSignal, workflowId }) => {
      ends.begun.push(workflowId);
      while (!abortSignal.aborted) await new Promise(resolve => setTimeout(resolve, 20));
      return {};
    },
  });
  const throwing = make({
    id: 'throwing',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ abortSignal, workflowId }) => {
      ends.begun.push(workflowId);
      while (!abortSignal.aborted) await new Promise(resolve => setTimeout(resolve, 20));
      throw new Error('aborted');
    },
  });
  const deaf = make({
    id: 'deaf',
    inputSchema: any,
    outputSchema: any,
    execute: ({ workflowId }) => {
      ends.begun.push(workflowId);
      return new Promise<object>(resolve => (ends.release = () => resolve({})));
    },
  });
  const ask = make({
    id: 'ask',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ suspend }) => suspend({}),
  });
  const late = make({ id: 'late', inputSchema: any, outputSchema: any, execute: async () => ({}) });
  const unstored = { shouldPersistSnapshot: () => false };
  return {
    step: workflow('step').then(quick).then(slow).then(late).commit(),
    last: workflow('last').then(quick).then(slow).commit(),
    throws: workflow('throws').then(quick).then(throwing).then(late).commit(),
    parallel: workflow('parallel').then(quick).parallel([slow, throwing, late]).then(late).commit(),
    deaf: workflow('deaf').then(quick).then(deaf).then(late).commit(),
    'given-up': workflow('given-up').then(quick).commit(),
    sleeping: workflow('sleeping').then(quick).sleep(HOUR, { id: 'nap' }).commit(),
    outer: workflow('outer').then(quick).then(workflow('inner').then(slow).commit()).commit(),
    unstored: workflow('unstored', unstored).then(quick).then(slow).commit(),
    asks: workflow('asks').then(ask).commit(),
  };
}

const ours = new Ends();

/** Cancels a run once it is in its long step, or asleep. */
async function cancelled(mastra: Mastra, id: string, ends: Ends) {
  const run = await mastra.getWorkflowById(id).createRun();
  const result = run.start({ inputData: { given: id } });
  if (id === 'sleeping') {
    const status = async () => (await mastra.getWorkflowById(id).getWorkflowRunById(run.runId))?.status;
    await expect.poll(status).toBe('waiting');
    // Until Inngest has it asleep.
    await new Promise(resolve => setTimeout(resolve, 300));
  } else {
    await expect.poll(() => ends.begun).toHaveLength(id === 'parallel' ? 2 : 1);
  }
  await run.cancel();
  return { run, result: (await result) as unknown as Result };
}

/** What core's own engine gives them. */
const KEYS =
  'error getInitData logger mastra requestContext resourceId result runId state status stepExecutionPath steps tripwire workflowId'.split(
    ' ',
  );

/** Core calls a nested workflow that was cancelled a success without an output, which it was not. */
const SHOWN = new Map([['inner', 'canceled']]);

/** What is told of a cancelled run, in order, and its result. */
function summary(ends: Ends, result: Result) {
  const statuses = (steps: End['steps']) =>
    Object.fromEntries(Object.entries(steps).map(([id, { status }]) => [id, SHOWN.get(id) ?? status]));
  const told = ends.told.map(([hook, { workflowId, status, stepExecutionPath, state, steps }]) => ({
    ...{ hook, workflowId, status, stepExecutionPath, state },
    steps: statuses(steps),
  }));
  const { status, stepExecutionPath, steps } = result;
  return { told, result: { status, stepExecutionPath, steps: statuses(steps) } };
}

function onCore(ends: Ends): Mastra {
  const workflows = build({ createWorkflow: createCoreWorkflow, createStep: createCoreStep }, ends);
  return new Mastra({ workflows, storage: new InMemoryStore(), logger: false });
}

describe.each([true, false])('with checkpointing %s', checkpointing => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({
      workflows: (inngest: Inngest.Any) =>
        build({ createWorkflow: init(inngest).createWorkflow, createStep: createStep as never }, ours),
      checkpointing,
    });
  });
  afterAll(() => harness.stop());

  /** Nothing more is told after this. */
  const settled = async (count: number) => {
    await expect.poll(() => ours.told.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(count);
    await quiet();
    expect(ours.told).toHaveLength(count);
  };

  test.each(['step', 'last', 'throws', 'sleeping', 'parallel', 'outer'])(
    "a run that is cancelled tells what core's tells, in its order: %s",
    async id => {
      const coreEnds = new Ends();
      const core = await cancelled(onCore(coreEnds), id, coreEnds);
      const expected = summary(coreEnds, core.result);
      ours.clear();
      const { run, result } = await cancelled(harness.mastra, id, ours);
      await settled(expected.told.length);
      expect(summary(ours, result)).toEqual(expected);
      const end = ours.told.at(-1)?.[1];
      expect(end).toMatchObject({ state: { seen: true }, error: undefined });
      expect(Object.keys(end ?? {}).sort()).toEqual(KEYS);
      expect(end?.getInitData()).toEqual({ given: id });
      expect(await harness.rested(id, run.runId)).toMatchObject({ status: 'canceled' });
    },
  );

  test('a step that does not hear of the cancel is not waited for without end', async () => {
    ours.clear();
    const { result } = await cancelled(harness.mastra, 'deaf', ours);
    await settled(1);
    ours.release();
    const steps = { quick: { status: 'success' }, deaf: { status: 'running' } };
    expect(result).toMatchObject({ status: 'canceled', steps });
    expect(ours.told[0]?.[1]).toMatchObject({ status: 'canceled', steps });
    await quiet();
    expect(ours.told).toHaveLength(1);
  });

  test('a run that is cancelled in the dashboard', async () => {
    ours.clear();
    const run = await harness.mastra.getWorkflowById('step').createRun();
    const result = run.start({ inputData: { given: 'step' } });
    await expect.poll(() => ours.begun.length).toBe(1);
    const [row] = (await harness.snapshots('step')).filter(({ runId }) => runId === run.runId);
    const { owner } = (row as unknown as { inngest: { owner: string } }).inngest;
    await fetch(`${harness.proxy.url}/v1/runs/${owner}`, { method: 'DELETE' });
    expect(await result).toMatchObject({ status: 'canceled' });
    await settled(1);
    expect(ours.told[0]?.[1]).toMatchObject({ status: 'canceled', stepExecutionPath: ['quick', 'slow'] });
  });

  test('a run that Inngest gives up, as it can not reach the app', async () => {
    ours.clear();
    harness.proxy.onExecution = async body => {
      const { event } = JSON.parse(body) as { event: { name: string } };
      if (event.name === 'workflow.given-up') throw new Error('unreachable');
    };
    const run = await harness.mastra.getWorkflowById('given-up').createRun();
    const result = (await run.start({ inputData: { given: 1 } })) as { status: string };
    harness.proxy.onExecution = undefined;
    expect(result).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('502') } });
    await settled(2);
    expect(ours.told.map(([hook, { status }]) => [hook, status])).toEqual([
      ['onFinish', 'failed'],
      ['onError', 'failed'],
    ]);
    const end = ours.told[0]?.[1];
    expect(end?.error?.message).toBe((result as unknown as { error: Error }).error.message);
    expect(end?.getInitData()).toEqual({ given: 1 });
    expect(Object.keys(end ?? {}).sort()).toEqual(KEYS);
  });

  test('a run of which nothing is stored', async () => {
    ours.clear();
    const owners: string[] = [];
    harness.proxy.onExecution = async body => {
      const { ctx, event } = JSON.parse(body) as { ctx: { run_id: string }; event: { name: string } };
      if (event.name === 'workflow.unstored') owners.push(ctx.run_id);
    };
    const run = await harness.mastra.getWorkflowById('unstored').createRun();
    await run.startAsync({ inputData: { given: 1 } });
    await expect.poll(() => ours.begun.length).toBe(1);
    harness.proxy.onExecution = undefined;
    await fetch(`${harness.proxy.url}/v1/runs/${owners[0]}`, { method: 'DELETE' });
    await expect.poll(() => ours.told.length).toBeGreaterThan(0);
    const [[hook, end] = []] = ours.told;
    expect(hook).toBe('onFinish');
    expect(end).toMatchObject({ status: 'canceled', workflowId: 'unstored' });
    expect(end?.getInitData()).toEqual({ given: 1 });
    await quiet();
  });

  test('a suspended run that is cancelled tells its suspension alone, as on core', async () => {
    ours.clear();
    const run = await harness.mastra.getWorkflowById('asks').createRun();
    await run.start({ inputData: 1 });
    await run.cancel();
    await settled(1);
    expect(ours.told.map(([hook, { status }]) => [hook, status])).toEqual([['onFinish', 'suspended']]);
  });

  test('a run that is cancelled before it began', async () => {
    ours.clear();
    const run = await harness.mastra.getWorkflowById('step').createRun();
    await run.startAsync({ inputData: { given: 1 } });
    await run.cancel();
    await settled(1);
    expect(ours.told.map(([hook, { status }]) => [hook, status])).toEqual([['onFinish', 'canceled']]);
  });
});
