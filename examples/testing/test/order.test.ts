import { testApp } from '@mastra/inngest/testing';
import '@mastra/inngest/testing/vitest';
import { expect, test } from 'vitest';
import { inngest, mastra, orderWorkflow } from '../src/app';
import { approve, charge } from '../src/steps';

const small = { id: 'o-1', amount: 20 };
const large = { id: 'o-2', amount: 5000 };

test('a small order is paid at once, and a week later we ask for a review', async () => {
  await using app = await testApp({ mastra, inngest });
  const run = await app.start(orderWorkflow, { inputData: small });
  await run.until('charge');
  expect(run).not.toHaveRun('ask-for-review');
  await app.advance('7 days');
  expect(await run.result()).toMatchObject({ status: 'success', result: { receipt: 'receipt for 20' } });
  expect(run).toHaveRun('reserve', 'accept', 'charge', 'ask-for-review');
  expect(run).toHaveSlept('7 days');
});

test('a large order waits for a person', async () => {
  await using app = await testApp({ mastra, inngest });
  const run = await app.start(orderWorkflow, { inputData: large });
  await run.until('suspended');
  expect(run).toBeSuspendedAt(approve);
  await app.advance('30 days');
  expect(run).not.toHaveRun(charge);
  await run.resume({ step: 'approve', resumeData: { by: 'Ada' } });
  await run.until('charge');
});

test('a card that is declined is tried again, a minute later each time', async () => {
  await using app = await testApp({ mastra, inngest });
  let tries = 0;
  app.mock(charge, async ({ inputData }) => {
    tries += 1;
    if (tries < 3) throw new Error('declined');
    return { id: inputData.id, receipt: 'third time' };
  });
  const run = await app.start(orderWorkflow, { inputData: small });
  await app.advance('2 minutes');
  await run.until('charge');
  expect(run).toHaveRun(charge, { times: 3 });
});

test('whenever the process dies, the order ends the same', async () => {
  await using app = await testApp({ mastra, inngest });
  const report = await app.crashEverywhere(orderWorkflow, { inputData: small });
  expect(report.differing).toEqual([]);
  // What these steps do has to be harmless when it is done twice.
  expect(report.executedTwice.map(({ step }) => step)).toContain('charge');
  // Three runs for each op: on a busy machine they take longer than a test is given by default.
}, 60_000);

test('the graph that running orders depend on', async () => {
  await using app = await testApp({ mastra, inngest });
  expect(app.fingerprint(orderWorkflow).workflows.order?.graph).toMatchInlineSnapshot(`
    [
      "reserve",
      {
        "branch": [
          {
            "suspends": "approve",
          },
          "accept",
        ],
      },
      "mapping_order_0",
      {
        "workflow": "payment",
      },
      {
        "sleep": "sleep_order_0",
      },
      "ask-for-review",
    ]
  `);
});
