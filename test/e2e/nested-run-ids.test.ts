/** User code of a nested workflow is given the run id that core gives it, and the run is found by it. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep as createCoreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
/** Which piece of user code was given which run id. */
let given: [string, string][] = [];
let harness: Harness;

interface Given {
  runId: string;
  inputData?: unknown;
  resumeData?: unknown;
  suspend?: (payload: object) => Promise<unknown>;
}

/** The same graph for either engine: a step, an item of a foreach and a turn of a loop that are workflows, and one within. */
function workflows(makeWorkflow: typeof createCoreWorkflow, makeStep: typeof createCoreStep) {
  const note = (name: string, { runId }: { runId?: string }) => void given.push([name, String(runId)]);
  const step = (id: string) =>
    makeStep({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async context => {
        note(id, context as Given);
        await context.writer?.write({ id });
        return { list: [1, 2] };
      },
    });
  const define = (id: string) =>
    makeWorkflow({
      id,
      inputSchema: any,
      outputSchema: any,
      options: {
        onStart: context => note(`${id} starts`, context),
        onFinish: context => note(`${id} ends`, context),
      },
    });
  const deep = define('deep').then(step('in-deep')).commit();
  const inner = define('inner')
    .map(async context => (note('map', context), {}))
    .branch([[async context => (note('condition', context), true), step('arm')]])
    .sleep(async context => (note('sleep', context), 1))
    .then(deep)
    .commit();
  const turn = define('turn').then(step('in-turn')).commit();
  const item = define('item').then(step('in-item')).then(deep).commit();
  const approve = makeStep({
    id: 'approve',
    inputSchema: any,
    outputSchema: any,
    execute: async context => {
      const { runId, resumeData, suspend } = context as unknown as Given;
      if (resumeData === undefined) return suspend?.({ answerTo: runId });
      return { resumeData };
    },
  });
  return {
    outer: define('outer')
      .then(inner)
      .dountil(turn, async context => (note('until', context), context.iterationCount >= 2))
      .map(async () => [1, 2])
      .foreach(item)
      .commit(),
    parent: define('parent')
      .then(
        define('gate')
          .then(approve as never)
          .commit() as never,
      )
      .commit(),
  };
}

const coreStore = new InMemoryStore();
const core = new Mastra({
  storage: coreStore,
  logger: false,
  workflows: workflows(createCoreWorkflow, createCoreStep),
});

beforeAll(async () => {
  harness = await startHarness({
    workflows: (inngest: Inngest.Any) =>
      workflows(init(inngest).createWorkflow as never, createStep as never) as never,
  });
});
afterAll(() => harness.stop());
beforeEach(() => {
  given = [];
});

/** The ids by the code that they were given to; the ids of other runs than this one as a number each, in their order. */
function seen(runId: string): string[] {
  const others = [...new Set(given.map(([, id]) => id))].filter(id => id !== runId);
  return given.map(([name, id]) => `${name}: ${id === runId ? 'the run' : `run ${others.indexOf(id) + 1}`}`);
}

const start = async (mastra: Mastra, id: string, runId: string) =>
  (await mastra.getWorkflowById(id as never).createRun({ runId })).start({ inputData: {} } as never);

test('steps, conditions, sleeps, mappings and callbacks of nested workflows are given what core gives them', async () => {
  const runId = randomUUID();
  expect(await start(core, 'outer', runId)).toMatchObject({ status: 'success' });
  const byCore = seen(runId);
  given = [];
  expect(await start(harness.mastra, 'outer', runId)).toMatchObject({ status: 'success' });
  // Core 1.58 gives the items of a foreach the run's id; here each has its own, as in later ones.
  const itemsBegin = byCore.includes('in-item: the run') ? byCore.indexOf('item starts: the run') : undefined;
  expect(seen(runId).slice(0, itemsBegin)).toEqual(byCore.slice(0, itemsBegin));
});

test('a person answers by the run id that a step of a nested workflow has stored', async () => {
  const runId = randomUUID();
  const result = await start(harness.mastra, 'parent', runId);
  expect(result).toMatchObject({
    status: 'suspended',
    steps: { gate: { suspendPayload: { answerTo: runId } } },
  });
  const run = await harness.mastra.getWorkflowById('parent' as never).createRun({ runId });
  expect(await run.resume({ resumeData: { ok: true } } as never)).toMatchObject({
    status: 'success',
    result: { resumeData: { ok: true } },
  });
});

test('a nested run is found and deleted by the run id that its steps were given', async () => {
  const runId = randomUUID();
  const turns = async () => new Set((await harness.snapshots('turn')).map(row => row.runId)).size;
  const before = await turns();
  await start(harness.mastra, 'outer', runId);
  const find = (id: string, by: string) => nested(id).getWorkflowRunById(by);
  for (const id of ['inner', 'turn', 'deep']) {
    expect(await find(id, runId)).toMatchObject({ runId, workflowName: id, status: 'success' });
  }
  // A loop's turns are each stored; the last one is what core keeps of them.
  expect(await turns()).toBe(before + 2);
  // An item of a foreach has an id of its own in core, too, and gives it to what is nested in it.
  expect(await find('item', runId)).toBeNull();
  const item = given.find(([name]) => name === 'in-item')?.[1] ?? '';
  expect(await find('item', item)).toMatchObject({ runId: item, status: 'success' });
  expect(await find('deep', item)).toMatchObject({ runId: item, workflowName: 'deep' });
  expect(await find('inner', randomUUID())).toBeNull();

  await nested('turn').deleteWorkflowRunById(runId);
  expect(await find('turn', runId)).toBeNull();
  expect(await turns()).toBe(before);
  expect(await find('inner', runId)).toMatchObject({ runId });
});

interface Nested {
  getWorkflowRunById(runId: string): Promise<object | null>;
  deleteWorkflowRunById(runId: string): Promise<void>;
}

/** A workflow that is a step of `outer`, or of one that is. */
function nested(id: string): Nested {
  const lookIn = (steps: Record<string, unknown>): Nested | undefined => {
    for (const step of Object.values(steps) as { id: string; steps?: Record<string, unknown> }[]) {
      if (!step.steps) continue;
      const found = step.id === id ? (step as unknown as Nested) : lookIn(step.steps);
      if (found) return found;
    }
    return undefined;
  };
  const { steps } = harness.mastra.getWorkflowById('outer' as never) as { steps: Record<string, unknown> };
  return lookIn(steps) as Nested;
}
