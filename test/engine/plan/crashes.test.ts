/** A process that dies before, in and after each op of a planned workflow: what has ended is not done again. */
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { type TestAppOptions, testApp } from '@mastra/inngest/testing';
import { expect, test } from 'vitest';
import { makeClient, serveSdk } from '../../support/sdk';
import { PLAN, turnsWorkflow } from './turns';

test('no model call that has ended is made again, and no tool that has ended runs again', async () => {
  const ended: string[] = [];
  const inngest = makeClient({ id: 'planned-crashes' });
  const workflow = turnsWorkflow(
    inngest,
    'planned-crashes',
    { calls: [2, 1, 0], did: what => ended.push(what) },
    PLAN,
  );
  const mastra = new Mastra({ workflows: { workflow }, storage: new InMemoryStore(), logger: false });
  await using app = await testApp({ mastra, inngest, serve: serveSdk as TestAppOptions['serve'] });
  const report = await app.crashEverywhere(workflow as never, { inputData: { question: 'why' } } as never);
  expect(report.differing).toEqual([]);
  // The step whose op the process died in, and no other.
  const others = report.executedTwice.filter(
    ({ step, crash }) => !crash.op.includes(step) || crash.moment === 'before',
  );
  expect(others).toEqual([]);
  expect(report.runs).toBeGreaterThan(20);
});
