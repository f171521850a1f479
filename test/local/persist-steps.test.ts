import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../src/local';
import { type TestApp, startApp } from './support/apps';

let folder: string;
let server: LocalServer;
let app: TestApp | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-steps-'));
});
afterEach(async () => {
  await app?.stop();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Runs a function of so many steps on a server with a file of its own; gives the bytes that were written for it. */
async function run(count: number): Promise<number> {
  const persist = join(folder, `${count}`);
  server = await startLocalServer({ port: 0, persist });
  app = await startApp('v4-off', server, () => [
    {
      id: 'count',
      trigger: { event: 'count' },
      handler: async ({ step }) => {
        for (let i = 0; i < count; i++) await step.run(`step ${i}`, () => i);
        await step.sleep('a day', '1d');
        return await step.run('last', () => 'done');
      },
    },
  ]);
  await server.sync(app.url);
  const before = statSync(persist).size;
  await app.client.send({ name: 'count', data: {} });
  await server.settled();
  return statSync(persist).size - before;
}

async function read(path: string): Promise<Record<string, unknown>> {
  // A connection that is kept would be that of the server before.
  const answer = await fetch(server.url + path, { headers: { connection: 'close' } });
  return (await answer.json()) as Record<string, unknown>;
}

const runId = async (): Promise<string> => {
  const { runs } = (await read('/local/overview')) as { runs: { id: string }[] };
  return runs[0]?.id ?? '';
};

test('a step costs the file as much at the end of a long run as at its beginning', async () => {
  const short = await run(20);
  await app?.stop();
  await server.stop();
  const long = await run(80);
  // Four times the steps; were each change written whole, it would be nearly sixteen.
  expect(long / short).toBeLessThan(5);
});

test('what a run has done is shown in the same order after a restart, and it goes on', async () => {
  await run(12);
  const id = await runId();
  const before = await read(`/local/runs/${id}`);
  const { port } = server;
  await server.stop();
  server = await startLocalServer({ port, persist: join(folder, '12') });
  expect(await read(`/local/runs/${id}`)).toEqual({ ...before, now: expect.any(Number) });
  const sent = app?.exchanges.length ?? 0;
  await server.advance('1d');
  const { stack } = app?.exchanges[sent]?.request.ctx as { stack: { stack: string[] } };
  expect(stack.stack).toHaveLength(13);
  expect(await read(`/local/runs/${id}`)).toMatchObject({ status: 'Completed', output: { text: '"done"' } });
});
