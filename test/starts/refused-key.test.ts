/** A caller whose signing key Inngest refuses can send events and nothing else: it learns of its run from the store. */
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { lookSoon } from '../support/look-soon';
import { makeClient } from '../support/sdk';
import { WireProxy } from '../support/wire-proxy';
import { until } from '../support/until';

const any = z.any();
lookSoon();
const store = new InMemoryStore();
/** Begins the run. */
let letGo = () => {};
const held = new Promise<void>(resolve => (letGo = resolve));

interface Run {
  start(args: object): Promise<unknown>;
  resume(args: object): Promise<unknown>;
}

function workflows(inngest: Inngest.Any, options?: { servedBy: string }) {
  const { createWorkflow } = init(inngest, options);
  const ask = createStep({
    id: 'ask',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ resumeData, suspend }) => resumeData ?? suspend({}),
  });
  return { asking: createWorkflow({ id: 'asking', inputSchema: any, outputSchema: any }).then(ask).commit() };
}

let harness: Harness;
let proxy: WireProxy;
beforeAll(async () => {
  harness = await startHarness({ workflows, storage: store });
  harness.proxy.onExecution = () => held;
  proxy = new WireProxy(harness.proxy.url, () => '');
  proxy.refused = '/v1/';
  proxy.refusal = { status: 401, body: JSON.stringify({ error: 'Unauthorized', status: 401 }) };
  await proxy.listen();
});
afterAll(async () => {
  letGo();
  await proxy.close();
  await harness.stop();
});

test('start() and resume() warn that Inngest does not say what becomes of it, and settle as the run does', async () => {
  const warnings: string[] = [];
  const logger = { warn: (text: string) => void warnings.push(text), child: () => logger };
  for (const level of ['debug', 'info', 'error', 'trackException']) Object.assign(logger, { [level]() {} });
  const inngest = makeClient({ id: harness.appId, baseUrl: proxy.url });
  const mastra = new Mastra({ workflows: workflows(inngest), storage: store, logger: logger as never });
  const run = (await mastra.getWorkflowById('asking').createRun()) as unknown as Run;
  const started = run.start({ inputData: {} });
  await until(() => warnings.some(text => /has not begun yet.*401.*signing key/.test(text)));
  letGo();
  expect(await started).toMatchObject({ status: 'suspended' });
  expect(await run.resume({ resumeData: { yes: true } })).toMatchObject({
    status: 'success',
    result: { yes: true },
  });
});
