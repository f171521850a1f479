/** A run that something else began (Mastra's own engine here), and that stands still since: restarted as core restarts it. */
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { init } from '@mastra/inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Snapshot } from '../../src/snapshot/snapshot';
import { until } from '../support/until';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
const NAP = 400;
const ITS_SLEEP = 'its sleep';
/** New each time: core changes the state that it is given. */
const startedWith = () => ({ inputData: { given: true }, initialState: { given: 1 } });

/** What a process does: which steps it executes, and at which of them it stands still for ever. */
class Process {
  readonly journal: string[] = [];
  stuck = false;
  constructor(private readonly stopsAt?: string) {}

  async enters(place: string): Promise<void> {
    this.journal.push(place);
    if (place !== this.stopsAt) return;
    this.stuck = true;
    await new Promise(() => {});
  }
}

interface Definition {
  commit(): Definition;
  then(step: unknown): Definition;
  sleep(ms: number): Definition;
  parallel(steps: unknown[]): Definition;
  branch(arms: unknown[]): Definition;
  foreach(step: unknown, options?: object): Definition;
  dountil(step: unknown, condition: (args: { inputData: { turn: number } }) => Promise<boolean>): Definition;
}
type Create = (options: object) => Definition;

/** The same on either engine. */
function definitions(create: Create, process: Process): Record<string, unknown> {
  const define = (id: string) => create({ id, inputSchema: any, outputSchema: any, stateSchema: any });
  const add = (id: string, setsState = true) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      stateSchema: any,
      execute: async ({ inputData, state, setState }) => {
        const given = inputData as { path?: string[] } | undefined;
        await process.enters(id);
        const { seen = [] } = state as { seen?: string[] };
        if (setsState) await setState({ seen: [...seen, id] });
        return { path: [...(given?.path ?? []), id] };
      },
    });
  const turn = createStep({
    id: 'turn',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }) => {
      const { turn: before = 0 } = inputData as { turn?: number };
      await process.enters(`turn ${before + 1}`);
      return { turn: before + 1 };
    },
  });
  const item = createStep({
    id: 'item',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }) => {
      await process.enters(`item ${String(inputData)}`);
      return { item: inputData as number };
    },
  });
  const list = createStep({
    id: 'list',
    inputSchema: any,
    outputSchema: any,
    execute: async () => [1, 2, 3],
  });
  const enough = async ({ inputData }: { inputData: { turn: number } }) => inputData.turn >= 3;
  const inner = define('inner').then(add('in')).then(add('middle')).then(add('out')).commit();
  const outer = define('outer').then(add('first')).then(inner).commit();
  const turns = define('turns').then(turn).commit();
  return {
    inner,
    outer,
    turns,
    chain: define('chain').then(add('one')).then(add('two')).then(add('three')).commit(),
    rested: define('rested').then(add('one')).sleep(10).then(add('two')).commit(),
    asleep: define('asleep').then(add('one')).sleep(NAP).then(add('two')).commit(),
    parallel: define('parallel')
      // Which of two that are executed at once sets the state last is nobody's to say.
      .parallel([add('left', false), add('right', false)])
      .then(add('end'))
      .commit(),
    branch: define('branch')
      .then(add('one'))
      .branch([
        [async () => false, add('left')],
        [async () => true, add('right')],
      ])
      .then(add('end'))
      .commit(),
    loop: define('loop').dountil(turn, enough).then(add('end')).commit(),
    items: define('items').then(list).foreach(item).then(add('end')).commit(),
    nested: define('nested').then(add('one')).then(inner).then(add('two')).commit(),
    deep: define('deep').then(add('one')).then(outer).then(add('two')).commit(),
    nestedLoop: define('nestedLoop').dountil(turns, enough).then(add('end')).commit(),
  };
}

let harness: Harness;
let here: Process;
beforeAll(async () => {
  here = new Process();
  harness = await startHarness({
    workflows: inngest => definitions(init(inngest).createWorkflow as unknown as Create, here),
  });
});
afterAll(() => harness.stop());

const coreOf = (process: Process) =>
  new Mastra({
    workflows: definitions(createWorkflow as unknown as Create, process) as never,
    storage: new InMemoryStore(),
    logger: false,
  });

async function storeOf(mastra: Mastra) {
  const store = await mastra.getStorage()?.getStore('workflows');
  if (!store) throw new Error('no store');
  return store;
}

type Row = [workflowName: string, snapshot: Snapshot];

async function rowsOf(mastra: Mastra): Promise<Row[]> {
  const { runs } = await (await storeOf(mastra)).listWorkflowRuns();
  return runs.map(({ workflowName, snapshot }) => [
    workflowName,
    (typeof snapshot === 'string' ? JSON.parse(snapshot) : structuredClone(snapshot)) as Snapshot,
  ]);
}

interface Run {
  start(args: object): Promise<unknown>;
  restart(): Promise<{ status: string; result?: unknown; error?: unknown }>;
}

async function runOf(mastra: Mastra, name: string, runId: string): Promise<Run> {
  const workflow = mastra.getWorkflow(name as never) as unknown as {
    createRun(options: object): Promise<Run>;
  };
  return workflow.createRun({ runId });
}

/** The rows of a run that stands still in core, at a step or in its sleep. */
async function interrupted(name: string, runId: string, stopsAt: string): Promise<Row[]> {
  const process = new Process(stopsAt);
  const mastra = coreOf(process);
  const run = await runOf(mastra, name, runId);
  void run.start(startedWith());
  const isAsleep = async () => (await rowsOf(mastra)).some(([, { status }]) => status === 'waiting');
  await until(async () => process.stuck || (stopsAt === ITS_SLEEP && (await isAsleep())));
  return rowsOf(mastra);
}

async function restarted(mastra: Mastra, process: Process, name: string, runId: string, rows: Row[]) {
  const store = await storeOf(mastra);
  for (const [workflowName, snapshot] of rows) {
    await store.persistWorkflowSnapshot({
      workflowName,
      runId: snapshot.runId,
      snapshot: structuredClone(snapshot) as never,
    });
  }
  const from = process.journal.length;
  const { status, result, error } = await (await runOf(mastra, name, runId)).restart();
  const row = await store.loadWorkflowSnapshot({ workflowName: name, runId });
  const found = { status, result, error, stored: row?.status, steps: process.journal.slice(from).toSorted() };
  return { found, state: row?.value };
}

const CASES: [name: string, stopsAt: string][] = [
  ['chain', 'one'],
  ['chain', 'two'],
  ['chain', 'three'],
  ['rested', 'two'],
  ['asleep', ITS_SLEEP],
  ['parallel', 'right'],
  ['branch', 'right'],
  ['branch', 'end'],
  ['loop', 'turn 2'],
  ['loop', 'end'],
  ['items', 'item 2'],
  ['nested', 'in'],
  ['nested', 'middle'],
  ['nested', 'two'],
  ['deep', 'first'],
  ['deep', 'middle'],
  ['nestedLoop', 'turn 1'],
  ['nestedLoop', 'turn 2'],
];

let count = 0;
test.each(CASES)('%s, interrupted at %s, goes on as in core', async (name, stopsAt) => {
  const runId = `elsewhere-${count++}`;
  const rows = await interrupted(name, runId, stopsAt);
  const process = new Process();
  const expected = await restarted(coreOf(process), process, name, runId, rows);
  const actual = await restarted(harness.mastra, here, name, runId, rows);
  expect(actual.found).toEqual(expected.found);
  // After a restart, core forgets what a nested run did to the state; here it is that of a run that nothing interrupted.
  const hasNestedState = ['nested', 'deep'].includes(name);
  expect(actual.state).toEqual(hasNestedState ? await stateUninterrupted(name) : expected.state);
});

async function stateUninterrupted(name: string): Promise<unknown> {
  const mastra = coreOf(new Process());
  await (await runOf(mastra, name, 'whole')).start(startedWith());
  return (await (await storeOf(mastra)).loadWorkflowSnapshot({ workflowName: name, runId: 'whole' }))?.value;
}

test('a waiting run is taken at once, too, and of two callers one goes on', async () => {
  const runId = `elsewhere-${count++}`;
  for (const [workflowName, snapshot] of await interrupted('asleep', runId, ITS_SLEEP)) {
    const store = await storeOf(harness.mastra);
    await store.persistWorkflowSnapshot({ workflowName, runId: snapshot.runId, snapshot: snapshot as never });
  }
  const from = here.journal.length;
  const runs = [await runOf(harness.mastra, 'asleep', runId), await runOf(harness.mastra, 'asleep', runId)];
  const ends = await Promise.allSettled(runs.map(run => run.restart()));
  const refused = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as { code: string }] : []));
  expect(refused.map(({ code }) => code)).toEqual([expect.stringMatching(/RUN_ACTIVE|RUN_CONFLICT/)]);
  expect(here.journal.slice(from)).toEqual(['two']);
});

test('a nested run that its parent’s step names goes on, whatever it is called', async () => {
  const runId = `elsewhere-${count++}`;
  const store = await storeOf(harness.mastra);
  for (const [workflowName, snapshot] of await interrupted('nested', runId, 'middle')) {
    const isNested = workflowName === 'inner';
    const step = { ...(snapshot.context.inner as object), metadata: { nestedRunId: 'named' } };
    const row = isNested
      ? { ...snapshot, runId: 'named' }
      : { ...snapshot, context: { ...snapshot.context, inner: step } };
    await store.persistWorkflowSnapshot({ workflowName, runId: row.runId, snapshot: row as never });
  }
  const from = here.journal.length;
  const { status } = await (await runOf(harness.mastra, 'nested', runId)).restart();
  expect([status, ...here.journal.slice(from)]).toEqual(['success', 'middle', 'out', 'two']);
});
