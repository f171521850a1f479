/**
 * An app in a process of its own: `tsx app.ts <port> <inngest url> <store> <journal>`. It serves its functions to Inngest
 * and drives runs for whoever posts `{ workflowId, runId, method, args }` to `/drive`.
 */
import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { LibSQLStore } from '@mastra/libsql';
import { PostgresStore } from '@mastra/pg';
import { makeClient, serveSdk } from '../../support/sdk';
import { runsWorkflows } from './workflows';

const [port, baseUrl, store, journal] = process.argv.slice(2) as [string, string, string, string];
const inngest = makeClient({ id: process.env.APP_ID ?? 'runs', baseUrl });
const storage = store.startsWith('postgres')
  ? new PostgresStore({ id: 'runs', connectionString: store })
  : new LibSQLStore({ id: 'runs', url: store });
const mastra = new Mastra({
  workflows: runsWorkflows(inngest, line => appendFileSync(journal, `${line}\n`)) as never,
  storage,
  logger: false,
});
await storage.init();

interface Order {
  workflowId: string;
  runId: string;
  method: string;
  args: unknown[];
}

async function drive({ workflowId, runId, method, args }: Order): Promise<object> {
  try {
    const workflow = mastra.getWorkflowById(workflowId as never) as unknown as {
      createRun(options: object): Promise<Record<string, (...args: unknown[]) => Promise<unknown>>>;
    };
    const run = await workflow.createRun({ runId });
    return { value: await run[method]?.(...args) };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return { error: { code, message } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const handler = serveSdk({ mastra, inngest });
const serve = getRequestListener(request => handler(request));
createServer((request, response) => {
  if (request.url !== '/drive') return void serve(request, response);
  void bodyOf(request)
    .then(text => drive(JSON.parse(text) as Order))
    .then(answer => response.end(JSON.stringify(answer)));
}).listen(Number(port), '127.0.0.1', () => {
  process.stdout.write('listening\n');
});
