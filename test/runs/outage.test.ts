import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
const storage = new InMemoryStore();
let harness: Harness;
let caller: Mastra;
let refused = 0;
let down = false;

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const slow = createStep({
    id: 'slow',
    inputSchema: any,
    outputSchema: any,
    execute: async () => {
      await new Promise(resolve => setTimeout(resolve, 300));
      return { done: true };
    },
  });
  return {
    outage: createWorkflow({ id: 'outage', inputSchema: any, outputSchema: any }).then(slow).commit(),
  };
}

/** The same rows, by a connection that can fail. */
async function failingStore(): Promise<InMemoryStore> {
  const rows = await storage.getStore('workflows');
  const failing = new Proxy(rows as object, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (property !== 'loadWorkflowSnapshot') return value;
      return (args: never) => {
        if (!down) return (value as (args: never) => unknown).call(target, args);
        refused++;
        return Promise.reject(new TypeError('the database is away'));
      };
    },
  });
  const store = new InMemoryStore();
  const getStore = store.getStore.bind(store);
  Object.assign(store, {
    getStore: (name: never) => (name === 'workflows' ? Promise.resolve(failing) : getStore(name)),
  });
  return store;
}

beforeAll(async () => {
  harness = await startHarness({ workflows, storage });
  caller = new Mastra({
    workflows: workflows(harness.inngest) as never,
    storage: await failingStore(),
    logger: false,
  });
});
afterAll(() => harness.stop());

test('I10: a caller whose store is down while it waits gets the result when the store is back', async () => {
  const run = await caller.getWorkflowById('outage' as never).createRun({ runId: randomUUID() });
  const result = run.start({ inputData: {} as never });
  await expect
    .poll(async () => (await harness.snapshots('outage'))[0]?.status, { interval: 5 })
    .toBe('running');
  down = true;
  // The run ends meanwhile, and its last event sends the caller to a store that does not answer.
  await expect.poll(async () => (await harness.snapshots('outage'))[0]?.status).toBe('success');
  await expect.poll(() => refused).toBeGreaterThan(1);
  down = false;
  expect(await result).toMatchObject({ status: 'success', result: { done: true } });
});
