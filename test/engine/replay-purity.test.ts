import { randomUUID } from 'node:crypto';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { countWrites } from '../support/count-writes';

const number = z.object({ value: z.number() });
let calls = 0;
let harness: Harness | undefined;
afterEach(() => harness?.stop());

function plus(id: string) {
  return createStep({
    id,
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData }) => {
      calls++;
      return { value: inputData.value + 1 };
    },
  });
}

/** Every kind of entry, each with user code that counts its calls. */
function everything(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const child = createWorkflow({ id: 'pure-child', inputSchema: number, outputSchema: number })
    .then(plus('inner'))
    .commit();
  const counted =
    <T>(answer: T) =>
    async (): Promise<T> => {
      calls++;
      return answer;
    };
  return createWorkflow({
    id: 'pure',
    inputSchema: number,
    outputSchema: z.any(),
    options: { onFinish: counted(undefined) },
  })
    .then(plus('first'))
    .map(async ({ inputData }) => {
      calls++;
      return inputData;
    })
    .dountil(plus('until'), async ({ inputData }) => {
      calls++;
      return inputData.value >= 4;
    })
    .dowhile(child, async ({ inputData }) => {
      calls++;
      return inputData.value < 6;
    })
    .parallel([plus('left'), plus('right')])
    .map(async ({ inputData }) => {
      calls++;
      return { value: inputData.left?.value ?? 0 };
    })
    .branch([
      [counted(true), plus('taken')],
      [counted(false), plus('left-out')],
    ])
    .map(async () => {
      calls++;
      return [{ value: 1 }, { value: 2 }, { value: 3 }];
    })
    .foreach(plus('each'), { concurrency: 2 })
    .sleep(async () => {
      calls++;
      return 5;
    })
    .then(
      createStep({
        id: 'last',
        inputSchema: z.any(),
        outputSchema: z.any(),
        execute: async ({ writer }) => {
          calls++;
          await writer.write({ progress: 1 });
          return { done: true };
        },
      }),
    )
    .commit();
}

test('I2: executing a run again over its memoized steps writes, publishes and calls nothing', async () => {
  const storage = new InMemoryStore();
  const writes = await countWrites(storage);
  harness = await startHarness({
    workflows: inngest => ({ pure: everything(inngest) }),
    checkpointing: false,
    storage,
  });
  const run = await harness.mastra.getWorkflow('pure' as never).createRun({ runId: randomUUID() });
  calls = 0;
  expect(await run.start({ inputData: { value: 0 } })).toMatchObject({
    status: 'success',
    result: { done: true },
  });
  await harness.proxy.quiet();
  const callsOfTheRun = calls;
  expect(callsOfTheRun).toBeGreaterThan(20);
  expect(harness.proxy.publishes).toBeGreaterThan(20);
  expect(writes.count).toBeGreaterThan(10);

  const slug = `${harness.appId}-workflow.pure`;
  const last = harness.proxy.executions.filter(exchange => exchange.fnId === slug).at(-1);
  const before = { calls, writes: writes.count, publishes: harness.proxy.publishes };
  const answers = await Promise.all(
    [1, 2, 3].map(async () => {
      const response = await fetch(`${harness?.proxy.url}/api/inngest?fnId=${slug}&stepId=step`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-inngest-server-kind': 'dev' },
        body: JSON.stringify(last?.request),
      });
      return { status: response.status, body: (await response.json()) as { result: { result: unknown } } };
    }),
  );
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(answer.body.result.result).toEqual({ done: true });
  }
  expect({ calls, writes: writes.count, publishes: harness.proxy.publishes }).toEqual(before);
});
