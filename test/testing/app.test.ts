import { Mastra } from '@mastra/core/mastra';
import { InMemoryStore } from '@mastra/core/storage';
import { testApp, type TestAppOptions } from '@mastra/inngest/testing';
import { expect, test } from 'vitest';
import '@mastra/inngest/testing/vitest';
import { makeClient, ownFunction, serveSdk } from '../support/sdk';
import { shopWorkflows, startShop } from './shop';

const inputData = { id: 'o-1', amount: 5 };

test('several apps in one process have servers and times of their own', async () => {
  const shops = await Promise.all([1, 2, 3, 4].map(() => startShop()));
  const runs = await Promise.all(
    shops.map(async ({ app, workflows }) => app.start(workflows.sleeping, { inputData, runId: 'same' })),
  );
  await shops[0]?.app.advance('7 days');
  expect(await runs[0]?.result()).toMatchObject({ status: 'success' });
  for (const run of runs.slice(1)) await expect(run.result()).rejects.toThrow("app.advance('3 days')");
  await Promise.all(shops.map(({ app }) => app.stop()));
});

test('the client is given back as it was, and a second app has to wait for that', async () => {
  const inngest = makeClient({
    id: 'given-back',
    baseUrl: 'http://127.0.0.1:9',
    isDev: false,
    eventKey: 'own',
  });
  const seen = () => {
    const client = inngest as unknown as Record<string, unknown>;
    const { apiBaseUrl, eventBaseUrl, mode, eventKey, _userProvidedFetch } = client;
    return [
      _userProvidedFetch ?? Object.getOwnPropertyDescriptor(client, 'fetch')?.value,
      apiBaseUrl,
      eventBaseUrl,
      JSON.stringify(mode),
      (mode as { type?: string })?.type ?? mode,
      eventKey,
    ];
  };
  const before = seen();
  const { workflows } = shopWorkflows(inngest);
  const options: TestAppOptions = {
    mastra: new Mastra({ workflows, logger: false }),
    inngest,
    serve: serveSdk as TestAppOptions['serve'],
  };
  const app = await testApp(options);
  await expect(testApp(options)).rejects.toMatchObject({ code: 'CLIENT_IN_USE' });
  expect(await (await app.start(workflows.plain, { inputData })).result()).toMatchObject({
    status: 'success',
  });
  await app.stop();
  expect(seen()).toEqual(before);
  await expect(app.start(workflows.plain, { inputData })).rejects.toMatchObject({ code: 'TEST_APP_STOPPED' });
  await using again = await testApp(options);
  expect(await (await again.start(workflows.plain, { inputData })).result()).toMatchObject({
    status: 'success',
  });
});

test('a client that can’t be pointed elsewhere is an error that says what to do, and nothing is left running', async () => {
  const inngest = makeClient({ id: 'frozen' });
  const { workflows } = shopWorkflows(inngest);
  const mastra = new Mastra({ workflows, logger: false });
  Object.freeze(inngest);
  await expect(testApp({ mastra, inngest, serve: serveSdk as never })).rejects.toMatchObject({
    code: 'CLIENT_NOT_POINTED',
    message: expect.stringContaining('Make a client of its own for the tests'),
  });
});

test('a store is given for the time of the test', async () => {
  const storage = new InMemoryStore();
  await using shop = await startShop({ storage });
  const run = await shop.app.start(shop.workflows.plain, { inputData });
  await run.result();
  const stored = await (await storage.getStore('workflows'))?.getWorkflowRunById({ runId: run.runId });
  expect(stored?.workflowName).toBe('plain');
});

test('functions of the user’s own run, too, with events, sleeps, retries and errors', async () => {
  let tries = 0;
  await using shop = await startShop({
    functionsOf: inngest => [
      ownFunction(inngest, { id: 'greet', triggers: [{ event: 'shop/greet' }] }, async ({ step }) => {
        await step.sleep('a day', '1d');
        return step.run('say', () => 'hello');
      }),
      ownFunction(
        inngest,
        { id: 'fails', retries: 1, triggers: [{ event: 'shop/fails' }] } as never,
        async () => {
          tries += 1;
          throw new RangeError('No luck');
        },
      ),
    ],
  });
  const { app } = shop;
  const greeting = await app.invoke('greet', { name: 'you' });
  await expect(greeting.result()).rejects.toThrow("app.advance('1 day')");
  await app.advance('1 day');
  expect(await greeting.result()).toBe('hello');
  expect(greeting.operations.map(({ kind, name }) => [kind, name])).toEqual([
    ['sleep', 'a day'],
    ['step', 'say'],
  ]);
  const failing = await app.invoke('fails');
  await expect(failing.result()).rejects.toThrow('is tried again');
  await app.advance('1 hour');
  await expect(failing.result()).rejects.toThrow('The function "fails" failed: No luck');
  expect(tries).toBe(2);
});

test('a workflow is invoked as the dashboard does', async () => {
  await using shop = await startShop();
  const invoked = await shop.app.invoke('plain', { inputData });
  expect(await invoked.result()).toBeDefined();
  const [run] = await shop.app.runs('plain');
  expect(await run?.result()).toMatchObject({ status: 'success', result: { receipt: 'paid 5' } });
});

test('a fingerprint is that of the graph, and tells whether a deploy fits running runs', async () => {
  await using shop = await startShop();
  const { app } = shop;
  const now = app.fingerprint('approved');
  expect(Object.keys(now.workflows)).toEqual(['approved', 'payment']);
  expect(now.workflows.approved?.graph).toEqual([
    'reserve',
    { suspends: 'approve' },
    { workflow: 'payment' },
  ]);
  expect(now).toFitRunningRuns(structuredClone(now));
  const plain = app.fingerprint('plain');
  const before = structuredClone(plain);
  const [first = '', ...rest] = before.workflows.plain?.graph ?? [];
  Object.assign(before.workflows.plain ?? {}, { graph: [first, 'audit', ...rest], fingerprint: 'other' });
  expect(plain).toFitRunningRuns({
    ...before,
    workflows: { plain: { ...before.workflows.plain!, graph: [first] } },
  });
  const renamed = { ...before.workflows.plain!, graph: [first, 'pay'] };
  expect(() => expect(plain).toFitRunningRuns({ ...before, workflows: { plain: renamed } })).toThrow(
    'repeats step "pay", as "charge"',
  );
});
