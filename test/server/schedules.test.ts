/** Mastra's schedules routes show the schedules that Inngest keeps time for; Mastra's own scheduler knows nothing of them. */
import { createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { ApiClient } from './client';
import { serveMastra } from './rig';
import { until } from '../support/until';

const any = z.any();
const schemas = { inputSchema: any, outputSchema: any };
const DAY = 86_400_000;

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const step = createStep({ id: 'step', ...schemas, execute: async ({ inputData }) => inputData as object });
  const daily = createWorkflow({
    id: 'daily',
    ...schemas,
    schedule: {
      cron: '0/30 9 * * *',
      timezone: 'Asia/Tokyo',
      inputData: { kind: 'all' },
      metadata: { team: 'a' },
    },
  });
  const nested = createWorkflow({
    id: 'nested',
    ...schemas,
    triggers: [
      { id: 'north', cron: '0 0 1 1 *', inputData: { since: new Date(0) } },
      { id: 'south', cron: '0 0 1 1 *' },
    ],
  });
  const parent = createWorkflow({ id: 'parent', ...schemas }).then(nested.then(step).commit());
  const own = createCoreWorkflow({ id: 'own', ...schemas, schedule: { cron: '0 0 1 1 *' } });
  return {
    daily: daily.then(step).commit(),
    parent: parent.commit(),
    own: own.then(step as never).commit(),
  };
}

let harness: Harness;
let server: Awaited<ReturnType<typeof serveMastra>>;
let api: ApiClient;
beforeAll(async () => {
  harness = await startHarness({ workflows });
  const { mastra } = harness;
  await mastra.startWorkers();
  server = await serveMastra(mastra);
  api = new ApiClient(`${server.url}/api`);
});
afterAll(async () => {
  await harness.mastra.stopWorkers();
  await server.close();
  await harness.stop();
});

const ids = async (query = '') => {
  const { schedules } = (await api.get(`/schedules${query}`)).body as { schedules: { id: string }[] };
  return schedules.map(({ id }) => id).sort();
};
const stored = async () => {
  const rows = await (await harness.mastra.getStorage()?.getStore('schedules'))?.listSchedules();
  return rows?.map(({ id }) => id);
};

test('GET /schedules lists them beside Mastra’s own, whose rows are the only ones stored', async () => {
  expect(await ids()).toEqual(['wf_daily', 'wf_nested__north', 'wf_nested__south', 'wf_own']);
  expect(await stored()).toEqual(['wf_own']);
  expect(harness.mastra.scheduler).toBeDefined();
});

test.each([
  ['?workflowId=daily', ['wf_daily']],
  ['?workflowId=own', ['wf_own']],
  ['?status=paused', []],
  ['?agentId=somebody', []],
])('GET /schedules%s', async (query, expected) => {
  expect(await ids(query)).toEqual(expected);
});

test('GET /schedules/:id shows what its workflow says, and when it comes next', async () => {
  const { status, body } = await api.get('/schedules/wf_daily');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: 'wf_daily',
    workflowId: 'daily',
    cron: '0/30 9 * * *',
    timezone: 'Asia/Tokyo',
    status: 'active',
    inputData: { kind: 'all' },
    metadata: { team: 'a' },
  });
  const { nextFireAt } = body as { nextFireAt: number };
  expect(nextFireAt).toBeGreaterThan(Date.now());
  expect(nextFireAt).toBeLessThanOrEqual(Date.now() + DAY);
  expect(new Date(nextFireAt).toISOString()).toMatch(/T00:(00|30):00\.000Z$/);
  expect((await api.get('/schedules/wf_nested__north')).body).toMatchObject({
    inputData: { since: new Date(0).toISOString() },
  });
  expect((await api.get('/schedules/wf_nobody')).status).toBe(404);
});

test('GET /schedules/:id/triggers lists the runs, and GET /schedules/:id the newest', async () => {
  expect((await api.get('/schedules/wf_nested__north/triggers')).body).toEqual({ triggers: [] });
  await harness.invoke('nested.cron.north', {});
  const triggers = async () => {
    const { body } = await api.get('/schedules/wf_nested__north/triggers');
    return (body as { triggers: { runId: string; run?: { status: string } }[] }).triggers;
  };
  await until(async () => (await triggers())[0]?.run?.status === 'success');
  const all = await triggers();
  const { runId = '' } = all[0] ?? {};
  expect(all).toMatchObject([
    { scheduleId: 'wf_nested__north', runId, outcome: 'published', triggerKind: 'manual' },
  ]);
  expect(await harness.rested('nested', runId)).toMatchObject({ status: 'success' });
  expect((await api.get('/schedules/wf_nested__north')).body).toMatchObject({
    lastRunId: runId,
    lastRun: { status: 'success' },
  });
  expect((await api.get('/schedules/wf_nested__south')).body).not.toHaveProperty('lastRunId');
});

test.each([
  ['POST', '/pause'],
  ['POST', '/resume'],
  ['POST', '/run'],
  ['PATCH', ''],
  ['DELETE', ''],
])('%s /schedules/:id%s is refused: the schedule is in the code', async (method, action) => {
  const { status, body } = await api.call(method, `/schedules/wf_daily${action}`, { cron: '0 1 * * *' });
  expect(status).toBe(409);
  expect(JSON.stringify(body)).toContain('Inngest is its clock');
  expect(await ids('?workflowId=daily')).toEqual(['wf_daily']);
});

test('one that Mastra has is paused and resumed as always', async () => {
  expect((await api.post('/schedules/wf_own/pause', {})).body).toMatchObject({ status: 'paused' });
  expect((await api.post('/schedules/wf_own/resume', {})).body).toMatchObject({ status: 'active' });
});
