import { expect, test } from 'vitest';
import '@mastra/inngest/testing/vitest';
import { startShop } from './shop';

const inputData = { id: 'o-1', amount: 5 };

test('a week passes in one call, also where it is slept in two parts', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const before = app.now();
  const run = await app.start(workflows.sleeping, { inputData });
  await app.advance('7 days');
  expect(await run.result()).toMatchObject({ status: 'success', result: { id: 'o-1', receipt: 'paid 5' } });
  expect(run).toHaveSlept('7 days');
  expect(run.slept).toBe(7 * 86_400_000);
  expect(app.now().getTime() - before.getTime()).toBe(7 * 86_400_000);
});

test('a run that only waits for time says so at once, with the call that helps and its tree', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const run = await app.start(workflows.sleeping, { inputData });
  const error = await run.result().catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ code: 'RUN_WAITS', runId: run.runId, workflowId: 'sleeping' });
  const message = (error as Error).message;
  expect(message).toMatch(/"sleep_sleeping_0" sleeps until \d{4}-.*: call app\.advance\('3 days'\)\./);
  expect(message).toContain('✓ reserve  +00:00:00.000');
  expect(run).toHaveRun('reserve', { times: 1 });
  expect(run).not.toHaveRun('charge');
});

test('time does not pass before what the test has begun has arrived: no start is left behind', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const started = app.start(workflows.sleeping, { inputData });
  await app.advance('7 days');
  expect(await (await started).result()).toMatchObject({ status: 'success' });
});

test('an event of now starts its run now, also where the clock that dated it is a little ahead', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const data = { inputData, runId: 'ahead' };
  const name = `workflow.${workflows.plain.id}`;
  await app.send({ name, data, ts: Date.now() + 500 });
  await app.send({ name, data: { ...data, runId: 'later' }, ts: Date.now() + 3_600_000 });
  await app.settled();
  const states = async () => (await app.runs(workflows.plain)).map(({ runId, status }) => [runId, status]);
  expect(await states()).toEqual([
    ['ahead', 'success'],
    ['later', expect.not.stringContaining('success')],
  ]);
  await app.advance('1 hour');
  expect((await states()).map(([, status]) => status)).toEqual(['success', 'success']);
});

test('the same holds for a start by Mastra’s own run, whose promise nobody waits for yet', async () => {
  await using shop = await startShop();
  const { app, mastra } = shop;
  const run = await mastra.getWorkflow('sleeping' as never).createRun();
  const result = (run as { start(args: object): Promise<{ status: string }> }).start({ inputData });
  await app.advance('7 days');
  expect((await result).status).toBe('success');
});

test('pauses between a step’s tries are the server’s time', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const run = await app.start(workflows.retrying, { inputData });
  await expect(run.until('flaky')).rejects.toThrow("app.advance('1 minute')");
  await app.advance('1 minute');
  expect(run).toHaveRun('flaky', { times: 2 });
  await app.advance('1 minute');
  expect(await run.result()).toMatchObject({ status: 'success' });
  expect(run.operations.map(({ name, outcome }) => [name, outcome])).toEqual([
    ['flaky', 'retried'],
    ['flaky (retry 1) (waiting)', 'success'],
    ['flaky (retry 1)', 'retried'],
    ['flaky (retry 2) (waiting)', 'success'],
    ['flaky (retry 2)', 'success'],
    ['finish', 'success'],
  ]);
});

test('schedules start runs as their days come', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  expect(await app.runs(workflows.daily)).toEqual([]);
  await app.advance('3 days');
  const runs = await app.runs(workflows.daily);
  expect(runs.map(({ status }) => status)).toEqual(['success', 'success', 'success']);
  expect(await runs[0]?.result()).toMatchObject({ result: { kind: 'daily' } });
});

test('a length of time that is none is refused', async () => {
  await using shop = await startShop();
  await expect(shop.app.advance('soon')).rejects.toMatchObject({ code: 'INVALID_DURATION' });
});
