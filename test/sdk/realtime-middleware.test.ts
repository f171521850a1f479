/** The client of older guides: v3 with the middleware of `@inngest/realtime`, which this package neither needs nor minds. */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { realtimeMiddleware } from '@inngest/realtime/middleware';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createServe, createStep, init } from '@mastra/inngest';
import { type LocalServer, startLocalServer } from '@mastra/inngest/local';
import { Inngest } from 'inngest-v3';
import { serve } from 'inngest-v3/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const number = z.object({ value: z.number() });
let server: LocalServer;
let app: Server;
let inngest: Inngest;
let mastra: Mastra;
const published: unknown[] = [];

beforeAll(async () => {
  server = await startLocalServer({ port: 0 });
  inngest = new Inngest({
    id: 'older-guide',
    baseUrl: server.url,
    isDev: true,
    middleware: [realtimeMiddleware() as never],
  });
  const double = createStep({
    id: 'double',
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData }) => ({ value: inputData.value * 2 }),
  });
  const workflow = init(inngest)
    .createWorkflow({ id: 'doubling', inputSchema: number, outputSchema: number })
    .then(double)
    .then(double)
    .commit();
  mastra = new Mastra({ workflows: { workflow }, storage: new InMemoryStore(), logger: false });
  const own = inngest.createFunction({ id: 'own' }, { event: 'own/started' }, async context => {
    const { publish } = context as unknown as { publish(message: object): Promise<unknown> };
    published.push(await publish({ channel: 'own', topic: 'news', data: { hello: 'world' } }));
  });
  // An adapter that speaks Node's own requests, in place of the one for web-standard ones.
  app = createServer(createServe(serve)({ mastra, inngest, functions: [own] }));
  await new Promise<void>(resolve => app.listen(0, '127.0.0.1', resolve));
  await server.sync(`http://127.0.0.1:${(app.address() as AddressInfo).port}/api/inngest`);
});
afterAll(async () => {
  app.closeAllConnections();
  await new Promise(resolve => app.close(resolve));
  await server.stop();
});

test('a workflow runs, and its stream is complete', async () => {
  const run = await mastra.getWorkflow('workflow').createRun({ runId: randomUUID() });
  const types: string[] = [];
  const output = run.stream({ inputData: { value: 3 } });
  for await (const chunk of output.fullStream) types.push((chunk as { type: string }).type);
  expect(await output.result).toMatchObject({ status: 'success', result: { value: 12 } });
  expect(types.filter(type => type === 'workflow-step-result')).toHaveLength(2);
});

test('a function of one’s own has the middleware’s publish', async () => {
  await inngest.send({ name: 'own/started', data: {} });
  await expect.poll(() => published).toEqual([{ hello: 'world' }]);
});
