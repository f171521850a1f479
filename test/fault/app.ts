/** An app in a process of its own, to be killed: `tsx app.ts <port> <inngest url> <database> <journal>`. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { createStep, init, serve } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import { Inngest } from 'inngest';
import { z } from 'zod';

const [port, baseUrl, database, journal] = process.argv.slice(2) as [string, string, string, string];
const inngest = new Inngest({ id: 'fault', baseUrl, isDev: true, checkpointing: false });
const { createWorkflow } = init(inngest);
const any = z.any();

/** Writes down that its body began, and dies there as often as the input says. */
const step = (id: string) =>
  createStep({
    id,
    inputSchema: any,
    outputSchema: any,
    execute: async context => {
      const { inputData } = context;
      appendFileSync(journal, `${id}\n`);
      const { dieIn } = context.getInitData<{ dieIn: string }>();
      if (dieIn === id && !process.env.SURVIVE) process.kill(process.pid, 'SIGKILL');
      return { path: [...((inputData as { path?: string[] }).path ?? []), id] };
    },
  });

const chain = createWorkflow({ id: 'chain', inputSchema: any, outputSchema: any })
  .then(step('one'))
  .then(step('two'))
  .sleep(1000)
  .then(step('three'))
  .commit();

// Two attempts, so that two crashes use them up.
const fragile = createWorkflow({ id: 'fragile', inputSchema: any, outputSchema: any, retries: 1 })
  .then(step('one'))
  .commit();

const mastra = new Mastra({
  workflows: { chain, fragile },
  storage: new LibSQLStore({ id: 'fault', url: `file:${database}` }),
  logger: false,
});
const handler = serve({ mastra, inngest });
const listener = getRequestListener(request => handler(request));
createServer((request, response) => void listener(request, response)).listen(
  Number(port),
  '127.0.0.1',
  () => {
    process.stdout.write('listening\n');
  },
);
