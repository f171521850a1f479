/** `null` is an input like any other where the schema allows it. */
import { Mastra } from '@mastra/core';
import { createStep, init } from '@mastra/inngest';
import { type TestApp, type TestAppOptions, testApp } from '@mastra/inngest/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { makeClient, serveSdk } from '../support/sdk';

const any = z.any();
let app: TestApp;
let mastra: Mastra;

beforeAll(async () => {
  const inngest = makeClient({ id: 'null-input' });
  const { createWorkflow } = init(inngest);
  const step = (
    id: string,
    execute: (params: { inputData: unknown; suspend: (data: object) => never }) => Promise<unknown>,
  ) => createStep({ id, inputSchema: any, outputSchema: any, execute: params => execute(params as never) });
  const say = step('say', async ({ inputData }) => ({ got: String(inputData) }));
  const ask = step('ask', async ({ suspend }) => suspend({}));
  const define = (id: string, inputSchema: z.ZodType = any) =>
    createWorkflow({ id, inputSchema, outputSchema: any });
  const alone = define('alone', z.null()).then(say).commit();
  const parent = define('parent')
    .map(async () => null)
    .then(alone)
    .commit();
  const asking = define('asking').parallel([say, ask]).commit();
  mastra = new Mastra({ workflows: { alone, parent, asking }, logger: false });
  app = await testApp({ mastra, inngest, serve: serveSdk as TestAppOptions['serve'] });
});
afterAll(() => app.stop());

test.each([
  ['alone', null],
  ['parent', {}],
])('%s', async (id, inputData) => {
  const result = await (await app.start(id, { inputData })).result();
  expect(result).toMatchObject({ status: 'success', input: inputData });
  expect(JSON.stringify(result)).toContain('"got":"null"');
});

test('a run that is suspended in a parallel has no active steps', async () => {
  const run = await app.start('asking', { inputData: 1 });
  expect(await run.result()).toMatchObject({ status: 'suspended' });
  const store = await mastra.getStorage()?.getStore('workflows');
  const stored = await store?.loadWorkflowSnapshot({ workflowName: 'asking', runId: run.runId });
  expect(stored).toMatchObject({ activeStepsPath: {} });
});

test('a run that nobody knows does not exist, at once', async () => {
  const run = await mastra.getWorkflowById('asking').createRun({ runId: 'nobody-knows' });
  await expect(run.resume({ resumeData: {} })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  // Nothing was sent or waited for.
  expect(await app.runs('asking')).not.toContainEqual(expect.objectContaining({ runId: 'nobody-knows' }));
});
