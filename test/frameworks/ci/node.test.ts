/** The frameworks that run on Node by themselves, installed as one workspace. */
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Installed } from '../installed';
import { runsToTheEnd } from '../run';

const root = path.resolve(import.meta.dirname, '../../..');
const APPS = ['hono', 'express', 'fastify', 'koa', 'node-http', 'edge', 'lambda'];

let installed: Installed;
beforeAll(async () => {
  installed = await Installed.make('.', ...APPS);
});
afterAll(() => installed.remove());

test('all of them type-check', async () => {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  expect(await installed.succeed('node', [tsc, '-p', '.'])).toBe('\n');
});

test.each([
  ['Hono', 'hono', 'server.ts'],
  ['Hono behind middleware that has read the body', 'hono', 'behind-middleware.ts'],
  ['Express without express.json()', 'express', 'server.ts'],
  ['Express behind express.json()', 'express', 'behind-json.ts'],
  ['Fastify with a plugin', 'fastify', 'server.ts'],
  ['Fastify with a route', 'fastify', 'route.ts'],
  ['Koa', 'koa', 'server.ts'],
  ['node:http', 'node-http', 'server.ts'],
  ['a handler of requests', 'edge', 'local.ts'],
])('%s runs a workflow to its end', async (_name, below, file) => {
  await runsToTheEnd(installed, { command: ['node', file], below });
});

test.each(['1.0', '2.0'])('Lambda runs a workflow to its end, by events of version %s', async version => {
  await installed.succeed('npm', ['run', 'build', '--silent'], 'lambda');
  await runsToTheEnd(installed, {
    command: ['node', 'local.ts'],
    below: 'lambda',
    env: { EVENT_VERSION: version },
  });
});
