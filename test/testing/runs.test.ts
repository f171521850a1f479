import { expect, expectTypeOf, test } from 'vitest';
import '@mastra/inngest/testing/vitest';
import { startShop } from './shop';

const inputData = { id: 'o-1', amount: 5 };

test('a run is suspended, resumed, and goes on in a nested workflow', async () => {
  await using shop = await startShop();
  const { app, workflows, steps } = shop;
  const run = await app.start(workflows.approved, { inputData });
  await run.until('suspended');
  expect(run).toBeSuspendedAt(steps.approve);
  expect(await run.result()).toMatchObject({ status: 'suspended' });
  await expect(run.until('success')).rejects.toThrow(
    'it is suspended at "approve": call run.resume({ step: \'approve\', resumeData })',
  );
  await run.resume({ step: 'approve', resumeData: { by: 'me' } });
  await run.until('charge');
  const result = await run.result();
  expect(result).toMatchObject({ status: 'success', result: { receipt: 'paid 5' } });
  if (result.status === 'success')
    expectTypeOf(result.result).toEqualTypeOf<{ id: string; receipt: string }>();
  expect(run.suspendedAt).toEqual([]);
  expect(run).toHaveRun(steps.reserve, steps.approve, 'payment', steps.charge);
  expect(String(run).replace(/\S+  success/, '… success')).toBe(`approved … success
  ✓ reserve  +00:00:00.000
  ⏸ approve  +00:00:00.000  (suspended)
  ✓ finish  +00:00:00.000
  ✓ resume  +00:00:00.000
  ✓ approve  +00:00:00.000
  ✓ payment  +00:00:00.000  (invoke)
    ✓ charge  +00:00:00.000
    ✓ finish  +00:00:00.000
  ✓ finish  +00:00:00.000`);
});

test('a run is started under an id that the test chooses, and by the id of its workflow', async () => {
  await using shop = await startShop();
  const run = await shop.app.start('plain', { inputData, runId: 'run-1' });
  expect(run.runId).toBe('run-1');
  expect(await run.result()).toMatchObject({ status: 'success' });
});

test('a status that can’t come any more is told at once', async () => {
  await using shop = await startShop();
  const { app, workflows, steps } = shop;
  app.mock(steps.charge, () => {
    throw new RangeError('The card has expired');
  });
  const run = await app.start(workflows.plain, { inputData });
  await expect(run.until('success')).rejects.toMatchObject({
    code: 'RUN_IS_OVER',
    message: expect.stringMatching(
      /over \(failed\), with the error: The card has expired\.\n\nplain [^]*✗ charge/,
    ),
  });
  expect(await run.result()).toMatchObject({ status: 'failed', error: { message: 'The card has expired' } });
});

test('an event ends a wait for it, and the error before names it', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const run = await app.start(workflows.waiting, { inputData });
  await expect(run.result()).rejects.toThrow(
    "call app.send({ name: 'shop/paid', … }) or app.advance('3 days')",
  );
  await app.send({ name: 'shop/paid', data: { id: 'o-1' } });
  expect(await run.result()).toMatchObject({ status: 'success', result: { id: 'o-1' } });
});

test('an event starts a run', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  await app.send([{ name: 'shop/report', data: { kind: 'weekly' } }]);
  await app.settled();
  const [run] = await app.runs(workflows.daily);
  expect(await run?.result()).toMatchObject({ result: { kind: 'weekly' } });
});

test('a run is cancelled', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const run = await app.start(workflows.sleeping, { inputData });
  await expect(run.result()).rejects.toMatchObject({ code: 'RUN_WAITS' });
  await run.cancel();
  await run.until('canceled');
  expect(await run.result()).toMatchObject({ status: 'canceled' });
});

test('a workflow and a step that the app does not have are told with those that it has', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  await expect(app.start('plan', {})).rejects.toMatchObject({
    code: 'NOT_IN_APP',
    message: expect.stringContaining('"plain", "sleeping"'),
  });
  const run = await app.start(workflows.plain, { inputData });
  await expect(run.until('chargee')).rejects.toMatchObject({ code: 'NOT_IN_APP' });
  await expect(app.start(workflows.plain, { inputData: { id: 3 } as never })).rejects.toThrow('amount');
  await expect(app.invoke('nothing')).rejects.toMatchObject({ code: 'NOT_IN_APP' });
});

test('a matcher says what a run has done instead', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  const run = await app.start(workflows.plain, { inputData });
  await run.result();
  expect(() => expect(run).toHaveRun('charge', 'reserve')).toThrow(
    'to have run charge, then reserve, but it ran reserve, charge',
  );
  expect(() => expect(run).toHaveRun('charge', { times: 2 })).toThrow('to have run charge 2 times');
  expect(() => expect(run).toBeSuspendedAt('charge')).toThrow('to be suspended at charge, but it is success');
  expect(() => expect(run).toHaveSlept('1 day')).toThrow('to have slept 1 day, but it slept 0 ms');
  expect(() => expect(app.start('plain', { inputData })).toHaveRun('charge')).toThrow(
    'Is an `await` missing?',
  );
});
