/** Runs that a schedule starts. One schedule is a trigger of the workflow's function; several have a function each. */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, type Stored, startHarness } from '../support/harness';
import { REAL_SERVER } from '../support/real-server';

const report = z.object({ region: z.string(), seen: z.array(z.string()).default([]) });
/** On a real server time passes no faster, so nothing there comes less often than each minute. */
const DAILY = REAL_SERVER ? '* * * * *' : 'TZ=Europe/Berlin 0 9 * * *';
const state = z.object({ round: z.number().default(0) });

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const write = createStep({
    id: 'write',
    inputSchema: report,
    outputSchema: z.any(),
    stateSchema: state,
    execute: async ({ inputData, state: { round }, requestContext }) => {
      // It works on its input, which must not be the next run's.
      inputData.seen.push(inputData.region);
      return { ...inputData, round, tier: requestContext.get('tier') as unknown };
    },
  });
  const schemas = { inputSchema: report, outputSchema: z.any(), stateSchema: state };
  const regional = createWorkflow({
    id: 'regional',
    ...schemas,
    schedule: [
      {
        id: 'north',
        cron: '0 0 1 1 *',
        inputData: { region: 'north', seen: [] },
        initialState: { round: 3 },
        requestContext: { tier: 'gold' },
      },
      { id: 'south', cron: '0 0 1 1 *', timezone: 'Europe/Berlin', inputData: { region: 'south', seen: [] } },
      { id: 'wrong', cron: '0 0 1 1 *', inputData: { region: 5 } as never },
    ],
  })
    .then(write)
    .sleep(5, { id: 'pause' })
    .commit();
  const daily = createWorkflow({
    id: 'daily',
    ...schemas,
    cron: DAILY,
    inputData: { region: 'all', seen: [] },
  })
    .then(write)
    .commit();
  const meeting = createWorkflow({
    id: 'meeting',
    ...schemas,
    schedule: [
      { id: 'one', cron: DAILY, inputData: { region: 'one', seen: [] } },
      { id: 'two', cron: DAILY, inputData: { region: 'two', seen: [] } },
    ],
  })
    .then(write)
    .commit();
  return { regional, daily, meeting };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

/** The one run that has come to be since `before`, at rest. */
async function next(before: readonly Stored[]): Promise<Stored> {
  const known = new Set(before.map(({ runId }) => runId));
  const find = async () => (await harness.snapshots('regional')).filter(({ runId }) => !known.has(runId));
  await expect.poll(async () => (await find()).length).toBeGreaterThan(0);
  await harness.rested('regional', (await find())[0]?.runId ?? '');
  const found = await find();
  expect(found).toHaveLength(1);
  return found[0] as Stored;
}

/** Starts a schedule as the dashboard's *Invoke* does. */
async function invoked(schedule: string, data: Record<string, unknown> = {}): Promise<Stored> {
  const before = await harness.snapshots('regional');
  await harness.invoke(`regional.cron.${schedule}`, data);
  return next(before);
}

test('a schedule’s run has its input, state and request context, and an id of Inngest’s', async () => {
  const run = await invoked('north');
  expect(run).toMatchObject({
    runId: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
    status: 'success',
    context: { input: { region: 'north', seen: [] } },
    result: { region: 'north', seen: ['north'], round: 3, tier: 'gold' },
  });
});

test('each of several schedules starts its own input, afresh for every run', async () => {
  const result = { region: 'south', seen: ['south'], round: 0 };
  expect(await invoked('south')).toMatchObject({ status: 'success', result });
  expect(await invoked('south')).toMatchObject({ status: 'success', result });
});

test('what a schedule starts is the schedule’s, whatever the invoke brings', async () => {
  const run = await invoked('south', { inputData: { region: 'east' }, runId: 'mine' });
  expect(run).toMatchObject({ status: 'success', result: { region: 'south' } });
  expect(run.runId).not.toBe('mine');
});

test('an input that does not fit the schema is a failed run with the schema’s message', async () => {
  const run = await invoked('wrong');
  expect(run).toMatchObject({ status: 'failed', context: { input: { region: 5 } } });
  expect(run.error?.message).toMatch(/Invalid input data:[\s\S]*region: .*expected string/);
});

test('whoever comes later is told all of it', async () => {
  const { runId } = await invoked('south');
  const run = await harness.mastra.getWorkflowById('regional').createRun({ runId });
  const told: string[] = [];
  const stream = run.observeStream() as unknown as AsyncIterable<{ type: string; payload: { id?: string } }>;
  for await (const { type, payload } of stream) told.push(payload.id ? `${type} ${payload.id}` : type);
  expect(told).toEqual([
    'workflow-start',
    'workflow-step-start write',
    'workflow-step-result write',
    'workflow-step-waiting pause',
    'workflow-step-result pause',
    'workflow-finish',
  ]);
});

/** What the runs of a workflow were started with, once there are this many. */
async function startedWith(workflow: string, count: number): Promise<unknown[]> {
  await expect
    .poll(
      async () => (await harness.snapshots(workflow)).filter(({ status }) => status === 'success').length,
      {
        timeout: 100_000,
      },
    )
    .toBeGreaterThanOrEqual(count);
  return (await harness.snapshots(workflow)).map(({ result }) => (result as { region: string }).region);
}

/** What Mastra knows of a schedule's runs. */
async function noted(schedule: string) {
  const store = await harness.mastra.getStorage()?.getStore('schedules');
  return (await store?.listTriggers(schedule)) ?? [];
}

test('a run is in the history of its schedule', async () => {
  const { runId } = await invoked('south');
  const [last] = await noted('wf_regional__south');
  expect(last).toMatchObject({ runId, outcome: 'published', triggerKind: 'manual' });
  expect(await harness.mastra.schedules.get('wf_regional__south')).toMatchObject({ lastRunId: runId });
});

test('a schedule starts a run at each of its times, once; schedules that meet start theirs', async () => {
  const days = REAL_SERVER ? 1 : 3;
  await harness.advance(`${days} days`);
  const daily = await startedWith('daily', days);
  const meeting = await startedWith('meeting', 2 * days);
  // On a real server the next minute may have come meanwhile.
  if (!REAL_SERVER)
    expect([daily.length, meeting.length, (await noted('wf_daily')).length]).toEqual([days, 2 * days, days]);
  expect(new Set(daily)).toEqual(new Set(['all']));
  const history = await noted('wf_daily');
  expect(new Set(history.map(({ triggerKind }) => triggerKind))).toEqual(new Set(['schedule-fire']));
  expect(new Set(history.map(({ scheduledFireAt }) => scheduledFireAt)).size).toBe(history.length);
  expect(history.length).toBeGreaterThanOrEqual(daily.length);
  for (const { scheduledFireAt } of history) expect(scheduledFireAt % 60_000).toBe(0);
  const ofOne = meeting.filter(region => region === 'one');
  expect(new Set(meeting)).toEqual(new Set(['one', 'two']));
  expect(Math.abs(2 * ofOne.length - meeting.length)).toBeLessThanOrEqual(REAL_SERVER ? 1 : 0);
});
