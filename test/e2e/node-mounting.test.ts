/** `createServe` on requests of Node: whatever has read the body before, in whichever adapter, and what is mounted wrongly. */
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type RequestListener, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createServe, createStep, init, serve } from '@mastra/inngest';
import { startLocalServer } from '@mastra/inngest/local';
import { Inngest } from 'inngest';
import { serve as expressServe } from 'inngest/express';
import { serve as koaServe } from 'inngest/koa';
import { serve as nodeServe } from 'inngest/node';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const any = z.any();
const silent = { info() {}, warn() {}, error() {}, debug() {} };

function app(baseUrl: string) {
  const inngest = new Inngest({ id: `app-${randomUUID()}`, isDev: true, baseUrl, logger: silent });
  const add = createStep({
    id: 'add',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }) => ({ sum: (inputData as { n: number }).n + 1 }),
  });
  const sum = init(inngest)
    .createWorkflow({ id: 'sum', inputSchema: any, outputSchema: any })
    .then(add)
    .commit();
  const mastra = new Mastra({ workflows: { sum }, storage: new InMemoryStore(), logger: false });
  return { inngest, mastra };
}

type Options = ReturnType<typeof app>;
type Request = IncomingMessage & { body?: unknown };

/** What Express puts around a request and a response, as far as the adapter needs it. */
function asExpress(request: Request, response: ServerResponse): [never, never] {
  const query = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
  Object.assign(request, { protocol: 'http', originalUrl: request.url, query });
  const status = (code: number) => Object.assign(response, { statusCode: code });
  Object.assign(response, { status, send: (body: string) => response.end(body) });
  return [request as never, response as never];
}

/** What Koa hands to a middleware, and its answer. */
function asKoa(request: Request, response: ServerResponse) {
  const query = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
  const { method, headers, body, url: originalUrl } = request;
  const context = { req: request, res: response, request: { body }, method, headers, query, originalUrl };
  const set = (name: string, value: string) => response.setHeader(name, value);
  return Object.assign(context, { host: headers.host, protocol: 'http', set, status: 404, body: '' });
}

/** A listener for the app in each adapter. */
const ADAPTERS: Record<
  string,
  (options: Options) => (request: Request, response: ServerResponse) => unknown
> = {
  express: options => {
    const handle = createServe(expressServe)(options);
    return (request, response) => handle(...asExpress(request, response));
  },
  koa: options => {
    const handle = createServe(koaServe)(options);
    return async (request, response) => {
      const context = asKoa(request, response);
      await handle(context as never);
      response.writeHead(context.status).end(context.body);
    };
  },
  node: options => createServe(nodeServe)(options),
};

const textOf = async (request: Request) => Buffer.concat(await request.toArray()).toString();

/** What has read the body before. */
const READERS: Record<string, (request: Request) => Promise<void>> = {
  nothing: async () => {},
  'a JSON parser': async request => {
    if (Number(request.headers['content-length'] ?? 0) > 0) request.body = JSON.parse(await textOf(request));
  },
  'a raw parser': async request => {
    request.body = Buffer.from(await textOf(request));
  },
};

async function listening(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;
  return { url, stop: () => new Promise(resolve => server.close(resolve)) };
}

const CASES = Object.keys(ADAPTERS).flatMap(adapter =>
  Object.keys(READERS)
    // Express and Koa take what a raw parser gives as it is, as they do without this package.
    .filter(reader => adapter === 'node' || reader !== 'a raw parser')
    .map(reader => [adapter, reader] as const),
);

describe('a run comes to its end', () => {
  test.each(CASES)('in the adapter of %s, behind %s', async (adapter, reader) => {
    const local = await startLocalServer({ port: 0 });
    const options = app(local.url);
    const handle = ADAPTERS[adapter]!(options);
    const server = await listening((request, response) => {
      void READERS[reader]!(request).then(() => handle(request, response));
    });
    await local.sync(server.url);
    const run = await options.mastra.getWorkflow('sum').createRun();
    expect(await run.start({ inputData: { n: 1 } })).toMatchObject({ status: 'success', result: { sum: 2 } });
    await server.stop();
    await local.stop();
  });
});

describe('the answer and the log say what is mounted wrongly:', () => {
  const options = app('http://127.0.0.1:1');
  const logged: string[] = [];
  const logger = { ...silent, error: (text: string) => logged.push(text) };
  Object.assign(options.mastra, { getLogger: () => logger });

  const plain = serve(options) as (...args: unknown[]) => unknown;
  test.each<[name: string, listener: (request: Request, response: ServerResponse) => unknown, said: string]>([
    ['plain serve at node:http', plain, 'inngest/express'],
    ['plain serve in Express', (...args) => plain(...asExpress(...args), () => {}), 'inngest/express'],
    ['plain serve in Koa', (...args) => plain(asKoa(...args)), 'inngest/express'],
    [
      'a body that something has kept to itself',
      (request, response) => textOf(request).then(() => createServe(nodeServe)(options)(request, response)),
      'read before',
    ],
  ])('%s', async (_name, listener, said) => {
    const server = await listening((request, response) => void listener(request, response));
    const response = await fetch(server.url, { method: 'POST', body: '{}' });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ code: 'WRONG_MOUNT', message: expect.stringContaining(said) });
    expect(logged.splice(0)).toEqual([expect.stringContaining(said)]);
    await server.stop();
  });

  test('a body that is no JSON is answered, and the process lives on', async () => {
    const server = await listening(createServe(nodeServe)(options));
    const response = await fetch(server.url, { method: 'POST', body: '{' });
    expect(response.status).toBe(500);
    expect(logged.splice(0)).toHaveLength(1);
    await server.stop();
  });

  test('a web-standard request whose body is gone', async () => {
    const request = new Request('http://127.0.0.1/api/inngest', { method: 'POST', body: '{}' });
    await request.text();
    const response = await serve(options)(request);
    expect(await response.json()).toMatchObject({ code: 'WRONG_MOUNT' });
    expect(logged.splice(0)).toHaveLength(1);
  });
});
