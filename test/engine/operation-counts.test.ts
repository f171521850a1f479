import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const number = z.object({ value: z.number() });

function plus(id: string, by = 1) {
  return createStep({
    id,
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData }) => ({ value: inputData.value + by }),
  });
}

const definition = (id: string) => ({ id, inputSchema: number, outputSchema: z.any() });

function sequential(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  let workflow: never = createWorkflow(definition('sequential')) as never;
  for (let index = 1; index <= 10; index++)
    workflow = (workflow as { then(step: unknown): never }).then(plus(`s${index}`));
  return (workflow as { commit(): unknown }).commit();
}

const graphs = {
  sequential,
  dountil: (inngest: Inngest.Any) =>
    init(inngest)
      .createWorkflow(definition('dountil'))
      .dountil(plus('increment'), async ({ inputData }) => inputData.value >= 10)
      .commit(),
  parallel: (inngest: Inngest.Any) =>
    init(inngest)
      .createWorkflow(definition('parallel'))
      .parallel(Array.from({ length: 10 }, (_, index) => plus(`p${index}`, index)))
      .commit(),
  branch: (inngest: Inngest.Any) =>
    init(inngest)
      .createWorkflow(definition('branch'))
      .branch([
        [async ({ inputData }) => inputData.value < 10, plus('low')],
        [async ({ inputData }) => inputData.value >= 10, plus('high')],
      ])
      .commit(),
  foreach: (inngest: Inngest.Any) =>
    init(inngest)
      .createWorkflow({ id: 'foreach', inputSchema: z.any(), outputSchema: z.any() })
      .foreach(plus('enrich'))
      .commit(),
  'foreach-concurrent': (inngest: Inngest.Any) =>
    init(inngest)
      .createWorkflow({ id: 'foreach-concurrent', inputSchema: z.any(), outputSchema: z.any() })
      .foreach(plus('enrich'), { concurrency: 3 })
      .commit(),
  sleep: (inngest: Inngest.Any) =>
    init(inngest).createWorkflow(definition('sleep')).sleep(5).then(plus('awake')).commit(),
  'nested-loop': (inngest: Inngest.Any) => {
    const { createWorkflow } = init(inngest);
    const child = createWorkflow({ id: 'turn', inputSchema: number, outputSchema: number })
      .then(plus('increment'))
      .commit();
    return createWorkflow(definition('nested-loop'))
      .dountil(child, async ({ inputData }) => (inputData as { value: number }).value >= 3)
      .commit();
  },
  nested: (inngest: Inngest.Any) => {
    const { createWorkflow } = init(inngest);
    const child = createWorkflow({ id: 'child', inputSchema: number, outputSchema: number })
      .then(plus('c1'))
      .then(plus('c2'))
      .commit();
    return createWorkflow(definition('nested')).then(plus('n1')).then(child).then(plus('n2')).commit();
  },
};

const items = [{ value: 1 }, { value: 2 }, { value: 3 }];
const each = [{ value: 2 }, { value: 3 }, { value: 4 }];
const cases: {
  name: keyof typeof graphs;
  ops: number;
  input?: unknown;
  result: unknown;
  names?: string[];
}[] = [
  { name: 'branch', ops: 3, result: { low: { value: 1 } }, names: ['branch: low | high', 'low', 'finish'] },
  {
    name: 'foreach',
    ops: 4,
    input: items,
    result: each,
    names: ['enrich [0]', 'enrich [1]', 'enrich [2]', 'finish'],
  },
  { name: 'foreach-concurrent', ops: 4, input: items, result: each },
  {
    name: 'sleep',
    ops: 4,
    result: { value: 1 },
    names: ['sleep_sleep_0 (waiting)', 'sleep_sleep_0', 'awake', 'finish'],
  },
  // Per turn the invoke, the condition, and the child's own two.
  { name: 'nested-loop', ops: 13, result: { value: 3 } },
  { name: 'sequential', ops: 11, result: { value: 10 } },
  { name: 'dountil', ops: 11, result: { value: 10 } },
  {
    name: 'parallel',
    ops: 11,
    result: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`p${index}`, { value: index }])),
  },
  { name: 'nested', ops: 7, result: { value: 4 } },
];

let harness: Harness | undefined;
afterEach(() => harness?.stop());

describe.each([true, false])('checkpointing %s', checkpointing => {
  test.each(cases)('I1: $name takes $ops ops', async ({ name, ops, result, input, names }) => {
    harness = await startHarness({
      workflows: inngest => ({ [name]: graphs[name](inngest) }),
      checkpointing,
    });
    const run = await harness.mastra.getWorkflow(name as never).createRun({ runId: randomUUID() });
    const outcome = await run.start({ inputData: input ?? { value: 0 } });
    expect(outcome).toMatchObject({ status: 'success', result });
    await harness.proxy.quiet();
    expect(harness.proxy.names()).toHaveLength(ops);
    if (names) expect(harness.proxy.names()).toEqual(names);
  });
});
