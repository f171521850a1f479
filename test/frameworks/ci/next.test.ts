/** Next, built and started with what it does by default: Turbopack, and no configuration for this package. */
import { afterAll, beforeAll, test } from 'vitest';
import { asksForGateway } from '../connects';
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

test('`connect` in instrumentation.ts survives the bundler: it asks Inngest for a gateway', () =>
  asksForGateway(installed, start, { INNGEST_CONNECT: '1', DATABASE_URL: ':memory:' }));
