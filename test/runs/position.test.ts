/** Where a run is while it executes, as its row and its workflow say it, is what core's own engine says (I8). */
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep as createCoreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

type Kit = { createWorkflow: typeof createCoreWorkflow; createStep: typeof createCoreStep };

/** What is seen from inside a step's body, by step. */
type Seen = Record<string, unknown[]>;

interface Watched {
  seen: Seen;
  mastra: () => Mastra;
  /** The outermost run, which a nested one's steps look at, too. */
  outermost: { workflowId: string; runId: string };
  /** What the step `looks` sees. */
  look?: () => Promise<unknown>;
}

const any = z.any();

interface Position {
  activePaths: number[];
  activeStepsPath: Record<string, number[]>;
  stepExecutionPath: string[];
}

/** What the list of runs says, and what is said of the run alone. */
async function position(mastra: Mastra, workflowId: string, runId: string) {
  const workflow = mastra.getWorkflowById(workflowId);
  const { runs } = await workflow.listWorkflowRuns();
  // A nested run has a row of its own, under another id; there is one at a time.
  const listed = (
    runs.find(run => run.runId === runId) ??
    runs.find(({ snapshot }) => (snapshot as { status: string }).status === 'running')
  )?.snapshot as unknown as Position;
  const { activePaths, activeStepsPath, stepExecutionPath } = listed;
  const all = await workflow.getWorkflowRunById(runId);
  const asked = await workflow.getWorkflowRunById(runId, { fields: ['activeStepsPath'] });
  expect(asked?.activeStepsPath).toEqual(all?.activeStepsPath);
  return { activePaths, activeStepsPath, stepExecutionPath, of: all?.activeStepsPath };
}

/** Resolves once two have come. */
function meeting(): () => Promise<void> {
  let come = 0;
  let open = () => {};
  const both = new Promise<void>(resolve => (open = resolve));
  return () => {
    if (++come === 2) open();
    return both;
  };
}

function build({ createWorkflow, createStep: make }: Kit, watched: Watched) {
  const step = (id: string, [comes, leaves]: (() => Promise<void>)[] = []) =>
    make({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async ({ inputData, workflowId, runId }) => {
        await comes?.();
        const of = (watched.seen[id] ??= []);
        of.push(await position(watched.mastra(), workflowId, runId));
        const { outermost } = watched;
        if (outermost.workflowId !== workflowId)
          of.push(await position(watched.mastra(), outermost.workflowId, outermost.runId));
        await leaves?.();
        return inputData as unknown;
      },
    });
  // After an entry whose end no step tells, and in a branch, what executes is known once it has been stored, after a second.
  const told = (id: string, active = [id]) =>
    make({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async ({ inputData, workflowId, runId }) => {
        const here = () => position(watched.mastra(), workflowId, runId);
        const ids = async () => Object.keys((await here()).activeStepsPath);
        await expect.poll(ids, { timeout: 5000 }).toEqual(active);
        watched.seen[id] = [await here()];
        if (active.length > 1) await leave();
        return inputData as unknown;
      },
    });
  const workflow = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });
  const [a, b, c] = [step('a'), step('b'), step('c')];
  const arms = ['one', 'two'];
  const leave = meeting();
  const meetings = [meeting(), meeting()];
  const looks = make({
    id: 'looks',
    inputSchema: any,
    outputSchema: any,
    execute: async () => void (watched.seen.looks = [await watched.look?.()]),
  });
  const inner = workflow('inner').then(b).then(c).commit();
  return {
    inner,
    chain: workflow('chain').then(a).then(b).then(c).commit(),
    parallel: workflow('parallel')
      .then(a)
      .parallel([step('left', meetings), step('right', meetings)])
      .then(c)
      .commit(),
    branch: workflow('branch')
      .then(a)
      .branch([
        [async () => true, told('one', arms)],
        [async () => false, told('none')],
        [async () => true, told('two', arms)],
      ])
      .then(told('told'))
      .commit(),
    loop: workflow('loop')
      .then(a)
      .dountil(b, async ({ iterationCount }) => iterationCount >= 3)
      .then(told('told'))
      .commit(),
    each: workflow('each')
      .then(a)
      .map(async () => [1, 2], { id: 'two' })
      .foreach(b)
      .then(told('told'))
      .commit(),
    sleep: workflow('sleep').sleep(1, { id: 'nap' }).then(a).sleep(1, { id: 'again' }).then(c).commit(),
    sleeps: workflow('sleeps').then(looks).sleep(3_600_000, { id: 'nap' }).commit(),
    nested: workflow('nested').then(a).then(inner).then(told('told')).commit(),
    'nested-first': workflow('nested-first').then(inner).commit(),
  };
}

const ours: Watched = { seen: {}, mastra: () => harness.mastra, outermost: { workflowId: '', runId: '' } };
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    workflows: (inngest: Inngest.Any) =>
      build({ createWorkflow: init(inngest).createWorkflow, createStep: createStep as never }, ours),
  });
});
afterAll(() => harness.stop());

function onCore(): Watched {
  const core: Watched = { seen: {}, mastra: () => mastra, outermost: { workflowId: '', runId: '' } };
  const workflows = build({ createWorkflow: createCoreWorkflow, createStep: createCoreStep }, core);
  const mastra = new Mastra({ workflows, storage: new InMemoryStore(), logger: false });
  return core;
}

async function run(workflowId: string, watched: Watched): Promise<Seen> {
  watched.seen = {};
  const one = await watched.mastra().getWorkflowById(workflowId).createRun();
  watched.outermost = { workflowId, runId: one.runId };
  expect(await one.start({ inputData: 1 })).toMatchObject({ status: 'success' });
  return watched.seen;
}

test.each(['chain', 'parallel', 'branch', 'loop', 'each', 'sleep', 'nested', 'nested-first'])(
  "while a step executes, its run is where core's is: %s",
  async id => {
    const core = onCore();
    const expected = await run(id, core);
    expect(Object.keys(expected)).not.toHaveLength(0);
    expect(await run(id, ours)).toEqual(expected);
  },
);

test("the row itself says so in a run's first step and while it sleeps", async () => {
  const rows = async (watched: Watched) => {
    const storage = await watched.mastra().getStorage()?.getStore('workflows');
    const row = async () => {
      const snapshot = await storage?.loadWorkflowSnapshot({ workflowName: 'sleeps', runId: one.runId });
      const { status, activePaths, activeStepsPath, stepExecutionPath } = snapshot ?? {};
      return { status, activePaths, activeStepsPath, stepExecutionPath };
    };
    const one = await watched.mastra().getWorkflowById('sleeps').createRun();
    watched.look = row;
    watched.seen = {};
    const result = one.start({ inputData: 1 });
    await expect.poll(async () => (await row()).status).toBe('waiting');
    const asleep = await row();
    await one.cancel();
    await result;
    return [watched.seen.looks, asleep];
  };
  expect(await rows(ours)).toEqual(await rows(onCore()));
});
