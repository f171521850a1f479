/**
 * An app in a process of its own: `tsx app.ts <port> <inngest url> <store> <redis port>`. Beside its functions it serves, each
 * for `?runId=`: `/stream` and `/observe` (chunks, one a line, as they come), `/arrived` and `/open` (the gate), and `/delete`.
 */
import './shifted-clock';
import { once } from 'node:events';
import { type ServerResponse, createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { LibSQLStore } from '@mastra/libsql';
import { RedisServerCache } from '@mastra/redis';
import { Redis, type RedisOptions } from 'ioredis';
import { Gate } from '../server/gate';
import { makeClient, serveSdk } from '../support/sdk';
import { WORKFLOW, storyWorkflow } from './workflow';

const [port, baseUrl, store, redisPort] = process.argv.slice(2) as [string, string, string, string];
const inngest = makeClient({ id: process.env.APP_ID ?? 'redis', baseUrl });
const redis = new Redis(Number(redisPort), JSON.parse(process.env.REDIS_OPTIONS ?? '{}') as RedisOptions);
// Without a listener each failed attempt to connect is printed.
redis.on('error', () => {});
const gate = new Gate();
const storage = new LibSQLStore({ id: 'redis', url: store });
const mastra = new Mastra({
  workflows: { [WORKFLOW]: storyWorkflow(inngest, gate) } as never,
  storage,
  cache: new RedisServerCache({ client: redis }),
  logger: false,
});
await storage.init();
// A client without a queue refuses commands until it is connected.
if (redis.status !== 'ready') await once(redis, 'ready');

interface RunLike {
  stream(args: object): { fullStream: AsyncIterable<object> };
  observeStream(options: { offset: number }): AsyncIterable<object>;
}
const workflow = mastra.getWorkflowById(WORKFLOW as never) as unknown as {
  createRun(options: object): Promise<RunLike>;
  deleteWorkflowRunById(runId: string): Promise<void>;
};

async function send(response: ServerResponse, chunks: AsyncIterable<object>): Promise<void> {
  response.writeHead(200).flushHeaders();
  for await (const chunk of chunks) response.write(`${JSON.stringify(chunk)}\n`);
}

async function answer({ pathname, searchParams }: URL, response: ServerResponse): Promise<void> {
  const runId = searchParams.get('runId') ?? '';
  const run = () => workflow.createRun({ runId });
  if (pathname === '/stream') {
    await send(response, (await run()).stream({ inputData: { name: 'Ada' } }).fullStream);
  } else if (pathname === '/observe') {
    const offset = Number(searchParams.get('offset') ?? 0);
    await send(response, (await run()).observeStream({ offset }));
  } else if (pathname === '/arrived') response.write(String(gate.arrived.has(runId)));
  else if (pathname === '/open') gate.letPass(runId);
  else if (pathname === '/delete') await workflow.deleteWorkflowRunById(runId);
  else response.writeHead(404);
  response.end();
}

const handler = serveSdk({ mastra, inngest });
const serve = getRequestListener(request => handler(request));
createServer((request, response) => {
  const url = new URL(request.url ?? '/', `http://127.0.0.1:${port}`);
  if (url.pathname === '/api/inngest') return void serve(request, response);
  // Whoever asked sees a connection that breaks, and its test fails with that.
  answer(url, response).catch((error: unknown) => response.destroy(error as Error));
}).listen(Number(port), '127.0.0.1', () => {
  process.stdout.write('listening\n');
});
