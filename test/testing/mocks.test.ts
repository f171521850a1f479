import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core/mastra';
import { createTool } from '@mastra/core/tools';
import { init } from '@mastra/inngest';
import { testApp, type TestAppOptions } from '@mastra/inngest/testing';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { makeClient, serveSdk } from '../support/sdk';
import { startShop } from './shop';

const inputData = { id: 'o-1', amount: 5 };

test('a mock gets what the step would get, and can be taken off', async () => {
  await using shop = await startShop();
  const { app, workflows, steps } = shop;
  const takeOff = app.mock(steps.charge, async params => {
    expectTypeOf(params.inputData).toEqualTypeOf<{ id: string; amount: number }>();
    return { id: params.inputData.id, receipt: `free ${params.inputData.amount}` };
  });
  const first = await app.start(workflows.plain, { inputData });
  expect(await first.result()).toMatchObject({ result: { receipt: 'free 5' } });
  // Also in the nested workflow.
  const nested = await app.start('approved', { inputData });
  await nested.until('suspended');
  await nested.resume({ step: 'approve', resumeData: { by: 'me' } } as never);
  expect(await nested.result()).toMatchObject({ result: { receipt: 'free 5' } });
  takeOff();
  const last = await app.start(workflows.plain, { inputData });
  expect(await last.result()).toMatchObject({ result: { receipt: 'paid 5' } });
});

test('a mock for one workflow leaves the others alone; the last one counts', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  app.mock('charge', () => ({ id: 'x', receipt: 'first' }));
  app.mock('charge', () => ({ id: 'x', receipt: 'second' }), { workflow: workflows.plain });
  const plain = await app.start(workflows.plain, { inputData });
  expect(await plain.result()).toMatchObject({ result: { receipt: 'second' } });
  const sleeping = await app.start(workflows.sleeping, { inputData });
  await app.advance('7 days');
  expect(await sleeping.result()).toMatchObject({ result: { receipt: 'first' } });
});

test('a nested workflow is mocked as one step, which can suspend', async () => {
  await using shop = await startShop();
  const { app, workflows, payment } = shop;
  app.mock(payment, async ({ inputData: { id } }) => ({ id, receipt: 'whole' }));
  app.mock(shop.steps.approve, ({ inputData: given }) => given);
  const run = await app.start(workflows.approved, { inputData });
  expect(await run.result()).toMatchObject({ result: { receipt: 'whole' } });
  expect(run.operations.filter(({ kind }) => kind === 'invoke')).toEqual([]);
});

test('a mock that gives what the step must not give fails the step', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  app.mock('reserve', () => ({ id: 3 }));
  const run = await app.start(workflows.plain, { inputData });
  expect(await run.result()).toMatchObject({ status: 'failed' });
});

test('agents and tools are mocked by themselves', async () => {
  const inngest = makeClient({ id: 'agents' });
  const { createWorkflow, createStep } = init(inngest);
  const agent = new Agent({ id: 'writer', name: 'writer', instructions: '', model: 'openai/none' });
  const lookUp = createTool({
    id: 'look-up',
    description: '',
    inputSchema: z.object({ text: z.string() }),
    outputSchema: z.object({ found: z.string() }),
    execute: async () => ({ found: 'nothing' }),
  });
  const workflow = createWorkflow({
    id: 'writing',
    inputSchema: z.object({ prompt: z.string() }),
    outputSchema: z.object({ found: z.string() }),
  })
    .then(createStep(agent))
    .then(createStep(lookUp))
    .commit();
  const mastra = new Mastra({ workflows: { workflow }, logger: false });
  await using app = await testApp({ mastra, inngest, serve: serveSdk as TestAppOptions['serve'] });
  app.mock(agent, params => ({ text: `about ${(params.inputData as { prompt: string }).prompt}` }));
  app.mock(lookUp, params => ({ found: (params.inputData as { text: string }).text }));
  const run = await app.start(workflow, { inputData: { prompt: 'trees' } });
  expect(await run.result()).toMatchObject({ result: { found: 'about trees' } });
});

test('a mock of what no workflow has, or that is no function, is an error', async () => {
  await using shop = await startShop();
  const { app, workflows } = shop;
  expect(() => app.mock('chargee', () => ({}))).toThrow(/no step "chargee" in any workflow.*"charge"/);
  expect(() => app.mock('approve', () => ({}), { workflow: workflows.plain })).toThrow(
    'no step "approve" in workflow "plain"',
  );
  expect(() => app.mock('charge', 3 as never)).toThrow('`impl` is no function');
});
