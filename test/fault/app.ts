/** An app in a process of its own, to be killed: `tsx app.ts <port> <inngest url> <database> <journal>`. */
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Mastra } from '@mastra/core';
import { createStep, init } from '@mastra/inngest';
import { LibSQLStore } from '@mastra/libsql';
import { z } from 'zod';
import { makeClient, serveSdk } from '../support/sdk';

const [port, baseUrl, database, journal] = process.argv.slice(2) as [string, string, string, string];
const inngest = makeClient({ id: 'fault', baseUrl, checkpointing: process.env.CHECKPOINT === 'on' });
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

/** Does in its n-th execution, over all processes, what the n-th word of the input's plan says. */
const planned = createStep({
  id: 'planned',
  inputSchema: any,
  outputSchema: any,
  execute: async ({ inputData, retryCount }) => {
    const { plan } = inputData as { plan: string[] };
    const done = readFileSync(journal, 'utf8')
      .split('\n')
      .filter(line => line.startsWith('planned')).length;
    appendFileSync(journal, `planned ${retryCount}\n`);
    if (plan[done] === 'die') process.kill(process.pid, 'SIGKILL');
    if (plan[done] === 'fail') throw new TypeError('as planned');
    return { executions: done + 1 };
  },
});
const tried = (id: string, delay: number) =>
  createWorkflow({ id, inputSchema: any, outputSchema: any, retryConfig: { attempts: 2, delay } })
    .then(planned)
    .commit();
const quick = tried('quick', 0);
const slow = tried('slow', 1_800_000);

// Two attempts, so that two crashes use them up.
const fragile = createWorkflow({ id: 'fragile', inputSchema: any, outputSchema: any, retries: 1 })
  .then(step('one'))
  .commit();

const mastra = new Mastra({
  workflows: { chain, fragile, quick, slow },
  storage: new LibSQLStore({ id: 'fault', url: `file:${database}` }),
  logger: false,
});
const handler = serveSdk({ mastra, inngest });
const listener = getRequestListener(request => handler(request));
createServer((request, response) => void listener(request, response)).listen(
  Number(port),
  '127.0.0.1',
  () => {
    process.stdout.write('listening\n');
  },
);
