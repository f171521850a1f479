/** Executes the agent's runs: `tsx worker.ts <port> <inngest url> <database> [<what to die at>]`. */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { serve } from '@mastra/inngest';
import { supportApp } from './support';

const [port, baseUrl, database, dieAt] = process.argv.slice(2) as [string, string, string, string?];
const { mastra, inngest } = supportApp(baseUrl, database, what => {
  process.stdout.write(`  worker  ${what}\n`);
  if (dieAt !== undefined && what.startsWith(dieAt)) process.kill(process.pid, 'SIGKILL');
});
const listener = getRequestListener(serve({ mastra, inngest }));
createServer((request, response) => void listener(request, response)).listen(
  Number(port),
  '127.0.0.1',
  () => {
    process.stdout.write('  worker  is ready\n');
  },
);
