/**
 * One of several instances of an app: `tsx app.ts <app id> <inngest url> <database> <journal> <port | worker's name>`. With a
 * port it serves there, with a name it connects. At SIGTERM it takes no more work, ends what it has begun, and goes.
 */
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { connect } from '@mastra/inngest/connect';
import { makeClient, serveSdk } from '../support/sdk';
import { productionApp } from './workflows';

const [id, baseUrl, database, journal, place] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const inngest = makeClient({ id, baseUrl });
const mastra = await productionApp(inngest, database, journal);
const listening = () => process.stdout.write('listening\n');

if (Number.isNaN(Number(place))) {
  const connection = await connect({ mastra, inngest, instanceId: place });
  listening();
  // Inngest's connect ends itself at SIGTERM.
  await connection.closed;
  process.exit();
}
const handler = serveSdk({ mastra, inngest });
const server = createServer(getRequestListener(request => handler(request)) as never);
process.on('SIGTERM', () => server.close(() => process.exit()));
server.listen(Number(place), '127.0.0.1', listening);
