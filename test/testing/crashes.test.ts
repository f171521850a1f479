import { expect, test } from 'vitest';
import '@mastra/inngest/testing/vitest';
import { until } from '../support/until';
import { startShop } from './shop';

const inputData = { id: 'o-1', amount: 5 };
const paid = { status: 'success', result: { receipt: 'paid 5' } };

test.each([
  ['before', 1, 2],
  ['during', 2, 2],
  ['after', 2, 2],
] as const)(
  'a process that dies %s a step: the body is called %i times, and the result is the same',
  async (moment, bodies, attempts) => {
    await using shop = await startShop();
    const { app, workflows, steps } = shop;
    app.crash({ [moment]: steps.charge });
    const run = await app.start(workflows.plain, { inputData });
    expect(await run.result()).toMatchObject(paid);
    expect(run).toHaveRun(steps.charge, { times: bodies });
    expect(run).toHaveRun(steps.reserve, { times: 1 });
    expect(run.operations.find(({ step }) => step === 'charge')).toMatchObject({
      attempts,
      outcome: 'success',
    });
    expect(run.tree()).toContain(`✓ charge  +00:00:00.000  (${attempts} attempts)`);
  },
);

test('a process that dies each time fails the run, as Inngest’s attempts are used up', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  app.crash({ before: 'charge', times: 100 });
  const run = await app.start(workflows.plain, { inputData });
  expect(await run.result()).toMatchObject({ status: 'failed' });
  expect(run).not.toHaveRun('charge');
});

test('a crash is taken off, and one that says no moment is refused', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const takeOff = app.crash({ during: 'charge' });
  takeOff();
  const run = await app.start(workflows.plain, { inputData });
  await run.result();
  expect(run).toHaveRun('charge', { times: 1 });
  expect(() => app.crash({})).toThrow('{ before: step }');
  expect(() => app.crash({ before: 'a', after: 'b' })).toThrow('{ before: step }');
  expect(() => app.crash({ before: 'chargee' })).toThrow('The test app has no step "chargee"');
});

test('an answer that is lost is retried in Inngest’s own time, which advance passes', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  app.server.faults.add({ action: { kind: 'drop' }, times: 1 });
  const run = await app.start(workflows.plain, { inputData });
  await expect(run.result()).rejects.toThrow('is tried again (attempt 2)');
  await app.advance('1 minute');
  expect(await run.result()).toMatchObject(paid);
});

test('a run is executed with a crash everywhere, over sleeps and suspensions, and says which steps ran twice', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const drive = async (run: {
    until(status: 'suspended'): Promise<void>;
    resume(args: never): Promise<void>;
  }) => {
    await run.until('suspended');
    await run.resume({ step: 'approve', resumeData: { by: 'me' } } as never);
  };
  const report = await app.crashEverywhere(workflows.approved, { inputData, drive });
  expect(report.differing).toEqual([]);
  const twice = report.executedTwice.map(({ step, crash }) => `${step} ${crash.moment}`);
  expect(twice).toContain('charge during');
  expect(twice).toContain('charge after');
  expect(twice).not.toContain('charge before');
  expect(report.runs).toBeGreaterThan(10);
  const sleeping = await app.crashEverywhere(workflows.sleeping, { inputData });
  expect(sleeping.differing).toEqual([]);
});

test('a dead process writes nothing more, also when it would look again at how far its step is', async () => {
  await using shop = await startShop();
  const { app, mastra, workflows, steps } = shop;
  app.crash({ during: steps.reserve });
  const run = await app.start(workflows.plain, { inputData });
  expect(await run.result()).toMatchObject({ status: 'success' });
  const ended = performance.now();
  // A step that executes is stored as it stands after a second.
  await until(() => performance.now() - ended > 1500);
  const { steps: stored } = (await mastra.getWorkflow('plain').getWorkflowRunById(run.runId)) as {
    steps: Record<string, { status: string }>;
  };
  expect([stored['reserve']?.status, stored['charge']?.status]).toEqual(['success', 'success']);
});

test('a step whose result depends on how often it was called is found', async () => {
  await using shop = await startShop();
  const { app, workflows, steps } = shop;
  let charged = 0;
  app.mock(steps.charge, ({ inputData: { id } }) => ({ id, receipt: `${id} ${(charged += 1)}` }));
  const { differing } = await app.crashEverywhere(workflows.plain, { inputData });
  expect(differing.length).toBeGreaterThan(0);
  expect(differing[0]?.tree).toContain('plain');
});
