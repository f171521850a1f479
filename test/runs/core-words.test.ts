/** What core refuses, this package refuses too: with a code, and with core's own words, which are asked of core here. */
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { init } from '@mastra/inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { emptySnapshot, type Snapshot } from '../../src/snapshot/snapshot';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();

interface Run {
  resume(args?: object): Promise<unknown>;
  restart(args?: object): Promise<unknown>;
  start(args?: object): Promise<unknown>;
  timeTravel(args?: object): Promise<unknown>;
}
interface Definition {
  commit(): Definition;
  then(step: unknown): Definition;
  parallel(steps: unknown[]): Definition;
}
type Create = (options: object) => Definition;

/** The same on either engine. */
function definitions(create: Create): Record<string, unknown> {
  const define = (id: string) => create({ id, inputSchema: any, outputSchema: any });
  const ask = (id: string) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      resumeSchema: z.object({ ok: z.boolean() }),
      execute: async ({ resumeData, suspend }) => (resumeData ? { [id]: true } : suspend({ id })),
    });
  const strict = create({
    id: 'strict',
    inputSchema: z.object({ age: z.number() }),
    outputSchema: any,
    stateSchema: z.object({ left: z.number().optional() }),
    requestContextSchema: z.object({ user: z.string() }),
  });
  return {
    gates: define('gates')
      .parallel([ask('left'), ask('right')])
      .then(ask('end'))
      .commit(),
    strict: strict.then(ask('left')).commit(),
    empty: define('empty'),
    changed: define('changed').then(ask('left')),
  };
}

let harness: Harness;
let own: Mastra;
let core: Mastra;
beforeAll(async () => {
  let workflows: Record<string, unknown> = {};
  harness = await startHarness({
    workflows: inngest => {
      workflows = definitions(init(inngest).createWorkflow as unknown as Create);
      const { empty: _empty, changed: _changed, ...served } = workflows;
      return served;
    },
  });
  own = harness.mastra;
  const others = definitions(createWorkflow as unknown as Create);
  core = new Mastra({
    workflows: { gates: others.gates, strict: others.strict } as never,
    storage: new InMemoryStore(),
    logger: false,
  });
  for (const name of ['empty', 'changed']) {
    unserved.core[name] = others[name];
    unserved.own[name] = workflows[name];
  }
});
afterAll(() => harness.stop());
const unserved: Record<'core' | 'own', Record<string, unknown>> = { core: {}, own: {} };

type Thrown = Error & { code?: string; id?: string };

async function thrownBy(call: () => Promise<unknown>): Promise<Thrown> {
  const error: unknown = await call().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Thrown;
}

const storeOf = async (mastra: Mastra) => {
  const store = await mastra.getStorage()?.getStore('workflows');
  if (!store) throw new Error('no store');
  return store;
};

let count = 0;
/** A run of both engines with one id and one row, if any. */
async function onBoth(
  workflowId: string,
  row: Partial<Snapshot> | undefined,
  ask: (run: Run) => Promise<unknown>,
) {
  const runId = `run-${count++}`;
  const [expected, actual] = await Promise.all(
    [core, own].map(async mastra => {
      const workflow = mastra.getWorkflowById(workflowId as never) as unknown as {
        serializedStepGraph: unknown[];
        createRun(options: object): Promise<Run>;
      };
      const store = await storeOf(mastra);
      const { serializedStepGraph } = workflow;
      const snapshot = emptySnapshot(runId, 'pending', { serializedStepGraph, ...row });
      if (row)
        await store.persistWorkflowSnapshot({ workflowName: workflowId, runId, snapshot: snapshot as never });
      const run = await workflow.createRun({ runId });
      if (!row) await store.deleteWorkflowRunById({ workflowName: workflowId, runId });
      return thrownBy(() => ask(run));
    }),
  );
  return { expected: expected as Thrown, actual: actual as Thrown };
}

const suspended = (...ids: string[]): Partial<Snapshot> => ({
  status: 'suspended',
  context: {
    input: {},
    ...Object.fromEntries(
      ids.map(id => [
        id,
        { status: 'suspended', payload: {}, startedAt: 1, suspendedAt: 2, suspendPayload: {} },
      ]),
    ),
  },
  suspendedPaths: Object.fromEntries(ids.map((id, arm) => [id, [0, arm]])),
});
const done = { status: 'success', context: { input: {} } } as const;
const OK = { resumeData: { ok: true } };

const REFUSED: [
  what: string,
  code: string,
  row: Partial<Snapshot> | undefined,
  ask: (run: Run) => Promise<unknown>,
][] = [
  ['a resume of an unknown run', 'RUN_NOT_FOUND', undefined, run => run.resume(OK)],
  ['a resume of a run that has ended', 'RUN_NOT_SUSPENDED', done, run => run.resume(OK)],
  ['a resume of a run that failed', 'RUN_NOT_SUSPENDED', { status: 'failed' }, run => run.resume(OK)],
  [
    'a resume where no step is suspended',
    'STEP_NOT_SUSPENDED',
    { status: 'suspended' },
    run => run.resume(OK),
  ],
  ['a resume without a choice', 'STEP_AMBIGUOUS', suspended('left', 'right'), run => run.resume(OK)],
  [
    'a resume of a step that is not suspended',
    'STEP_NOT_SUSPENDED',
    suspended('left', 'right'),
    run => run.resume({ ...OK, step: 'end' }),
  ],
  [
    'a resume of a step inside of one that is not suspended',
    'STEP_NOT_SUSPENDED',
    suspended('left'),
    run => run.resume({ ...OK, step: 'end.inner' }),
  ],
  [
    'resume data that does not fit',
    'WORKFLOW_SCHEMA_VALIDATION_FAILED',
    suspended('left'),
    run => run.resume({ resumeData: { ok: 'perhaps' } }),
  ],
  ['a restart of an unknown run', 'RUN_NOT_FOUND', undefined, run => run.restart()],
  ['a restart of a run that was not started', 'RUN_NOT_ACTIVE', { status: 'pending' }, run => run.restart()],
  ['a restart of a suspended run', 'RUN_NOT_ACTIVE', suspended('left'), run => run.restart()],
  ['a restart of a cancelled run', 'RUN_NOT_ACTIVE', { status: 'canceled' }, run => run.restart()],
  [
    'a time travel of an unknown run',
    'RUN_NOT_FOUND',
    undefined,
    run => run.timeTravel({ step: 'end', inputData: {} }),
  ],
  ['a time travel to no step', 'TIME_TRAVEL_IMPOSSIBLE', done, run => run.timeTravel({ step: [] })],
  ['a time travel without a step', 'TIME_TRAVEL_IMPOSSIBLE', done, run => run.timeTravel({})],
  [
    'a time travel of a run that is still running',
    'RUN_ACTIVE',
    { status: 'running' },
    run => run.timeTravel({ step: 'end', inputData: {} }),
  ],
  [
    'a time travel to a step that does not exist',
    'TIME_TRAVEL_IMPOSSIBLE',
    done,
    run => run.timeTravel({ step: 'nowhere', inputData: {} }),
  ],
];

test.each(REFUSED)("%s is refused as %s, with core's words", async (_what, code, row, ask) => {
  const { expected, actual } = await onBoth('gates', row, ask);
  expect(actual.message).toContain(expected.message);
  expect(actual.code ?? actual.id).toBe(code);
  if (expected.id !== undefined) expect(actual.id).toBe(expected.id);
});

const BAD_STARTS: [what: string, args: object][] = [
  ['input that does not fit', { inputData: { age: 'old' } }],
  ['a state that does not fit', { inputData: { age: 1 }, initialState: { left: 'few' } }],
  ['a request context that does not fit', { inputData: { age: 1 } }],
];

test.each(BAD_STARTS)("a start with %s is refused with core's words", async (_what, args) => {
  const { expected, actual } = await onBoth('strict', { status: 'pending' }, run => run.start(args));
  expect(actual.message).toContain(expected.message);
  expect(actual.id).toBe(expected.id);
});

test('the second of two resumes is refused with the id and the words of core', async () => {
  const second = async (mastra: Mastra) => {
    const workflow = mastra.getWorkflowById('gates' as never) as unknown as {
      createRun(options: object): Promise<Run>;
      runs: Map<string, unknown>;
    };
    const first = await workflow.createRun({ runId: 'twice' });
    await first.start({ inputData: {} });
    const runs = [first, await workflow.createRun({ runId: 'twice' })];
    const ends = await Promise.allSettled(runs.map(run => run.resume({ ...OK, step: 'left' })));
    const refused = ends.flatMap(end => (end.status === 'rejected' ? [end.reason as Thrown] : []));
    expect(refused).toHaveLength(1);
    return refused[0] as Thrown;
  };
  const [expected, actual] = [await second(core), await second(own)];
  expect(actual).toMatchObject({ code: 'RUN_CONFLICT', id: expected.id });
  // Which status it is found in is a matter of time.
  const sentences = expected.message.split(/ moved from "\w+" to "\w+" /);
  expect(sentences).toHaveLength(2);
  for (const sentence of sentences) expect(actual.message).toContain(sentence);
});

describe('a workflow that can not be run', () => {
  const refusalOf = (side: 'core' | 'own', name: string) =>
    thrownBy(() => (unserved[side][name] as { createRun(): Promise<unknown> }).createRun());

  test("without steps is refused with core's words", async () => {
    const [expected, actual] = [await refusalOf('core', 'empty'), await refusalOf('own', 'empty')];
    expect(actual.message).toContain(expected.message);
    expect(actual.code).toBe('UNCOMMITTED_WORKFLOW');
  });

  test("with changes that were not committed is refused with core's words", async () => {
    // Core asks whether it has a graph, which its own constructor gives it.
    Object.assign(unserved.core.changed as object, { executionGraph: {} });
    const [expected, actual] = [await refusalOf('core', 'changed'), await refusalOf('own', 'changed')];
    expect(actual.message).toContain(expected.message);
    expect(actual.code).toBe('UNCOMMITTED_WORKFLOW');
  });
});
