/** A workflow that is being built keeps its own type, with core's computations of inputs and outputs. Checked by `tsc`. */
import { createStep as coreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { Mastra } from '@mastra/core';
import { InngestWorkflow, init } from '@mastra/inngest';
import { Inngest, type InngestFunction } from 'inngest';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

const inngest = new Inngest({ id: 'chain', isDev: true });
const { createWorkflow } = init(inngest);
const count = z.object({ count: z.number() });
const options = { inputSchema: count, outputSchema: count };
const add = coreStep({ id: 'add', ...options, execute: async ({ inputData }) => inputData });
const name = coreStep({
  id: 'name',
  inputSchema: count,
  outputSchema: z.object({ name: z.string() }),
  execute: async ({ inputData }) => ({ name: String(inputData.count) }),
});
const ours = createWorkflow({ id: 'chain', ...options });
const cores = createCoreWorkflow({ id: 'chain', ...options });
const nested = createWorkflow({ id: 'nested', ...options })
  .then(add)
  .commit();

/** What the next step of a workflow gets. */
type Next<T> = T extends {
  map(config: infer TConfig, ...rest: never): unknown;
}
  ? Extract<TConfig, (...args: never) => unknown> extends (params: infer TParams) => unknown
    ? TParams extends { inputData: infer TInput }
      ? TInput
      : never
    : never
  : never;

test('every method gives a workflow of this package, of which core computes the same', () => {
  const then = ours.then(name);
  expectTypeOf<Next<typeof then>>().toEqualTypeOf<{ name: string }>();
  expectTypeOf(then.then).toBeFunction();
  const parallel = ours.parallel([add, name, nested]);
  const coreParallel = cores.parallel([add, name, nested]);
  expectTypeOf<Next<typeof parallel>>().toEqualTypeOf<Next<typeof coreParallel>>();
  expectTypeOf<Next<typeof parallel>['name']>().toEqualTypeOf<{ name: string }>();
  const branch = ours.branch([
    [async ({ inputData }) => inputData.count > 1, add],
    [async ({ inputData }) => inputData.count < 1, name],
  ]);
  const coreBranch = cores.branch([
    [async ({ inputData }) => inputData.count > 1, add],
    [async ({ inputData }) => inputData.count < 1, name],
  ]);
  expectTypeOf<Next<typeof branch>>().toEqualTypeOf<Next<typeof coreBranch>>();
  const each = createWorkflow({ id: 'each', inputSchema: z.array(count), outputSchema: z.array(count) });
  expectTypeOf<
    Next<ReturnType<typeof each.foreach<true, unknown, { count: number }, 'add', { count: number }, unknown>>>
  >().toEqualTypeOf<{ count: number }[]>();
  expect([coreParallel, coreBranch]).toHaveLength(2);
  const built = [
    then,
    parallel,
    branch,
    each.foreach(add, { concurrency: 2 }),
    ours.dowhile(add, async ({ inputData }) => inputData.count < 10),
    ours.dountil(nested, async ({ inputData }) => inputData.count >= 10),
    ours.sleep(async ({ inputData }) => inputData.count),
    ours.sleepUntil(async ({ inputData }) => new Date(inputData.count)),
    ours.map(async ({ inputData }) => ({ count: inputData.count })),
    ours.map({ count: { value: 1, schema: z.number() } }).then(add),
  ];
  for (const workflow of built) {
    expectTypeOf(workflow.getFunction()).toExtend<InngestFunction.Any>();
    expectTypeOf(workflow.commit().inngest.id).toBeString();
    expect(workflow).toBeInstanceOf(InngestWorkflow);
  }
});

test('what does not fit is an error, as in core', () => {
  const text = coreStep({
    id: 'text',
    inputSchema: z.string(),
    outputSchema: count,
    execute: async () => ({ count: 1 }),
  });
  const fresh = () => createWorkflow({ id: 'fresh', ...options });
  // @ts-expect-error the step needs another input
  fresh().then(text);
  // @ts-expect-error the loop's step needs another input
  fresh().dountil(text, async () => true);
  // @ts-expect-error one of the arms needs another input
  fresh().parallel([add, text]);
  // @ts-expect-error there is no list to go through
  fresh().foreach(add);
  expect(fresh()).toBeInstanceOf(InngestWorkflow);
});

test('a workflow of this package is one of core’s, also got from Mastra', () => {
  const mastra = new Mastra({ workflows: { nested }, logger: false });
  const got = mastra.getWorkflow('nested');
  expectTypeOf(got).toEqualTypeOf(nested);
  expectTypeOf(got.getFunction()).toExtend<InngestFunction.Any>();
  expectTypeOf(mastra.getWorkflowById('nested').inngest.id).toBeString();
  expect(got.inngest).toBe(inngest);
});
