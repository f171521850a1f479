/** Mastra's own scheduler must not start what Inngest starts: it sees no schedule, and what it has stored of one goes. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mastra } from '@mastra/core';
import { InMemoryStore, type MastraCompositeStore } from '@mastra/core/storage';
import { createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { makeClient } from '../support/sdk';

const { createWorkflow } = init(makeClient({ id: 'scheduler' }));
const any = z.any();
const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });
const params = {
  id: 'daily',
  inputSchema: any,
  outputSchema: any,
  schedule: { cron: '0 9 * * *', inputData: 1 },
};

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).reverse()) await one();
});

const stores: [string, () => MastraCompositeStore][] = [
  ['in memory', () => new InMemoryStore()],
  [
    'libSQL',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'schedules-'));
      cleanUp.push(() => rm(folder, { recursive: true }));
      return new LibSQLStore({ id: 'schedules', url: `file:${join(folder, 'mastra.db')}` });
    },
  ],
];

async function started(workflow: object, storage: MastraCompositeStore) {
  const mastra = new Mastra({ workflows: { workflow } as never, storage, logger: false });
  await mastra.startWorkers();
  cleanUp.push(() => mastra.stopWorkers());
  const schedules = await mastra.getStorage()?.getStore('schedules');
  return { mastra, rows: async () => (await schedules?.listSchedules())?.map(({ id }) => id) };
}

describe.each(stores)('%s', (_name, makeStore) => {
  test('a workflow of core’s own with a schedule switches it on', async () => {
    const { mastra, rows } = await started(createCoreWorkflow(params).then(step).commit(), makeStore());
    expect(mastra.scheduler).toBeDefined();
    expect(await rows()).toEqual(['wf_daily']);
  });

  test('one of this package leaves it off', async () => {
    const options = { ...params, triggers: [{ id: 'b', cron: '0 9 * * *' }] };
    const workflow = createWorkflow({ ...options, schedule: [{ id: 'a', ...params.schedule }] });
    const { mastra, rows } = await started(workflow.then(step).commit(), makeStore());
    expect(mastra.scheduler).toBeUndefined();
    expect(await rows()).toEqual([]);
  });

  test('what it has stored of the schedule before is deleted at the next start', async () => {
    const storage = makeStore();
    const before = await started(createCoreWorkflow(params).then(step).commit(), storage);
    await before.mastra.stopWorkers();
    expect(await before.rows()).toEqual(['wf_daily']);
    const { rows } = await started(createWorkflow(params).then(step).commit(), storage);
    expect(await rows()).toEqual([]);
  });
});
