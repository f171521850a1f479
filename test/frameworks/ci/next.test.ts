/** Next, built and started with what it does by default: Turbopack, and no configuration for this package. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../example/until';
import { freePort } from '../../processes/free-port';
import { Installed } from '../installed';
import { runsToTheEnd } from '../run';

let installed: Installed;
beforeAll(async () => {
  installed = await Installed.make('next');
  await installed.succeed('next', ['build']);
});
afterAll(() => installed.remove());

const start = ['next', 'start', '-H', '127.0.0.1', '-p', 'PORT'];

test('`next start` runs a workflow to its end', async () => {
  await runsToTheEnd(installed, { command: start });
});

test('`next dev` runs a workflow to its end', async () => {
  await runsToTheEnd(installed, { command: ['next', 'dev', '-H', '127.0.0.1', '-p', 'PORT'] });
});

/** Where an app that connects asks for its gateway first. */
async function listening(asked: string[]): Promise<Server> {
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  return server;
}

test('`connect` in instrumentation.ts survives the bundler: it asks Inngest for a gateway', async () => {
  const asked: string[] = [];
  const inngest = await listening(asked);
  const port = String(await freePort());
  const url = `http://127.0.0.1:${(inngest.address() as AddressInfo).port}`;
  const app = installed.start(
    start.map(part => (part === 'PORT' ? port : part)),
    { INNGEST_CONNECT: '1', INNGEST_DEV: url, DATABASE_URL: ':memory:' },
  );
  await until(
    'the app connects',
    async () => asked.find(path => path.includes('/connect/start')),
    60_000,
  ).catch((error: unknown) => expect.fail(`${String(error)}\n${app.output}`));
  await app.stop();
  inngest.close();
});
