/** `serve()` in routers: whatever has read the body before, and what is no request at all. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve as listen } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createServe, createStep, init, serve } from '@mastra/inngest';
import { startLocalServer } from '@mastra/inngest/local';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Inngest } from 'inngest';
import { fastifyPlugin } from 'inngest/fastify';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const any = z.any();
const silent = { info() {}, warn() {}, error() {}, debug() {} };

function app(baseUrl: string) {
  const inngest = new Inngest({ id: `app-${randomUUID()}`, isDev: true, baseUrl, logger: silent });
  const { createWorkflow } = init(inngest);
  const add = createStep({
    id: 'add',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }) => ({ sum: (inputData as { n: number }).n + 1 }),
  });
  const sum = createWorkflow({ id: 'sum', inputSchema: any, outputSchema: any }).then(add).commit();
  const mastra = new Mastra({ workflows: { sum }, storage: new InMemoryStore(), logger: false });
  return { inngest, mastra };
}

/** Middleware that reads the body of a request, each in its way. */
const READERS: [string, (router: Hono) => void][] = [
  ['nothing', () => {}],
  ['c.req.json()', router => router.use(async (c, next) => (await c.req.json().catch(() => 0), next()))],
  ['c.req.text()', router => router.use(async (c, next) => (await c.req.text(), next()))],
  ['c.req.arrayBuffer()', router => router.use(async (c, next) => (await c.req.arrayBuffer(), next()))],
  ['a body limit', router => router.use(bodyLimit({ maxSize: 10_000_000 }))],
];

describe('in Hono, behind middleware that reads the body by', () => {
  test.each(READERS)('%s', async (_name, middleware) => {
    const local = await startLocalServer({ port: 0 });
    const { inngest, mastra } = app(local.url);
    const router = new Hono();
    middleware(router);
    router.on(['GET', 'POST', 'PUT'], '/api/inngest', serve({ mastra, inngest }));
    const server = listen({ fetch: router.fetch, port: 0, hostname: '127.0.0.1' });
    await new Promise(resolve => server.once('listening', resolve));
    await local.sync(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`);
    const run = await mastra.getWorkflow('sum').createRun();
    expect(await run.start({ inputData: { n: 1 } })).toMatchObject({ status: 'success', result: { sum: 2 } });
    server.close();
    await local.stop();
  });
});

describe('mistakes are told', () => {
  const { inngest, mastra } = app('http://127.0.0.1:1');

  test('a request of Node', async () => {
    const handle = serve({ mastra, inngest });
    const answer = new Promise<unknown>(resolve => {
      const node = createServer((request, response) => {
        handle(request as never).then(resolve, resolve);
        response.end();
        node.close();
      });
      node.listen(0, '127.0.0.1', () => {
        void fetch(`http://127.0.0.1:${(node.address() as AddressInfo).port}`);
      });
    });
    expect(await answer).toMatchObject({
      code: 'WRONG_MOUNT',
      message: expect.stringContaining('inngest/express'),
    });
  });

  test.each([undefined, null, {}, { req: {} }])('%j in place of a request', async input => {
    await expect(serve({ mastra, inngest })(input as never)).rejects.toMatchObject({ code: 'WRONG_MOUNT' });
  });

  test.each([
    ['no Mastra', { mastra: undefined, inngest }, '`mastra`'],
    ['functions that are no list', { mastra, inngest, functions: () => 1 }, '`functions`'],
    ['nothing at all', undefined, '`mastra`'],
  ])('%s', (_name, options, named) => {
    expect(() => serve(options as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_SERVE_OPTION', message: expect.stringContaining(named) }),
    );
  });
});

test('a router that wants a handler for each method takes them by name', async () => {
  const { inngest, mastra } = app('http://127.0.0.1:1');
  const { GET, POST, PUT } = serve({ mastra, inngest });
  const response = await GET(new Request('http://127.0.0.1/api/inngest'));
  expect(response.status).toBe(200);
  expect([POST, PUT]).toEqual([expect.any(Function), expect.any(Function)]);
});

describe('a request comes with', () => {
  const { inngest, mastra } = app('http://127.0.0.1:1');
  const request = () => new Request('http://127.0.0.1/api/inngest');
  test.each<[name: string, routed: () => unknown]>([
    ['the event of SvelteKit, Astro, React Router', () => ({ request: request(), params: {} })],
    ['the event of h3 2', () => ({ req: request() })],
  ])('%s', async (_name, routed) => {
    expect((await serve({ mastra, inngest })(routed() as never)).status).toBe(200);
  });

  /** How platforms without `process.env` hand over their variables. */
  const PLATFORMS: [name: string, call: (env: object) => [input: unknown, second?: unknown]][] = [
    ['what a Worker gets second', env => [request(), env]],
    ['Hono’s context on a Worker', env => [{ req: { raw: request() }, env }]],
    ['the context of Cloudflare Pages', env => [{ request: request(), env }]],
  ];
  test.each(PLATFORMS)('variables, in %s, and the client has them from then on', async (_name, call) => {
    const local = await startLocalServer({ port: 0 });
    const client = new Inngest({ id: `app-${randomUUID()}`, logger: silent });
    const first = init(client).createWorkflow({ id: 'bound', inputSchema: any, outputSchema: any });
    const step = createStep({ id: 'step', inputSchema: any, outputSchema: any, execute: async () => ({}) });
    const bound = new Mastra({ workflows: { bound: first.then(step).commit() }, logger: false });
    const env = { INNGEST_DEV: local.url, INNGEST_SIGNING_KEY: 'signkey-test-abcd', KV: { get() {} } };
    const response = await serve({ mastra: bound, inngest: client })(...(call(env) as [never, unknown]));
    expect(await response.json()).toMatchObject({ mode: 'dev', has_signing_key: true });
    await expect(client.send({ name: 'a/b', data: {} })).resolves.toMatchObject({
      ids: [expect.any(String)],
    });
    await local.stop();
  });
});

test('Inngest’s Fastify plugin is registered with the app’s functions, on the path that is asked for', () => {
  const { inngest, mastra } = app('http://127.0.0.1:1');
  const routes: { url: string; method: string[] }[] = [];
  const plugin = createServe(fastifyPlugin)({ mastra, inngest, registerOptions: { servePath: '/x' } });
  const ended: unknown[] = [];
  plugin({ route: (route: never) => routes.push(route) } as never, {}, error => ended.push(error));
  expect(routes).toMatchObject([{ url: '/x', method: ['GET', 'POST', 'PUT'] }]);
  expect(ended).toEqual([undefined]);
});
