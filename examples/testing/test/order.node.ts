import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testApp } from '@mastra/inngest/testing';
import { inngest, mastra, orderWorkflow } from '../src/app';

void test('a small order is paid at once, and a week later we ask for a review', async () => {
  await using app = await testApp({ mastra, inngest });
  const run = await app.start(orderWorkflow, { inputData: { id: 'o-1', amount: 20 } });
  await assert.rejects(run.result(), /sleeps until .*: call app\.advance\('7 days'\)/);
  await app.advance('7 days');
  const result = await run.result();
  assert.equal(result.status, 'success');
  assert.equal(run.slept, 7 * 24 * 60 * 60 * 1000);
  assert.deepEqual(
    run.executed.filter(step => step !== 'mapping_order_0'),
    ['reserve', 'accept', 'payment', 'charge', 'ask-for-review'],
  );
});

void test('a process that dies while it charges charges again', async () => {
  await using app = await testApp({ mastra, inngest });
  app.crash({ during: 'charge' });
  const run = await app.start(orderWorkflow, { inputData: { id: 'o-2', amount: 20 } });
  await run.until('charge');
  assert.equal(run.executed.filter(step => step === 'charge').length, 2);
});
