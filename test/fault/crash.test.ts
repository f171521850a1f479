import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LibSQLStore } from '@mastra/libsql';
import { startLocalServer } from '@mastra/inngest/local';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../processes/free-port';
import { type AppProcess, startApp } from './app-process';

// Starting an app takes as long as the machine wants.
const PATIENCE = { timeout: 60_000, interval: 100 };

let server: Awaited<ReturnType<typeof startLocalServer>>;
let folder: string;
// Retries come when a test says so, however long an app takes to start on a busy machine.
const HOUR = 3_600_000;
let app: AppProcess;

beforeEach(async () => {
  server = await startLocalServer({ port: 0, retryDelay: () => HOUR });
  folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-'));
  writeFileSync(join(folder, 'journal'), '');
});
afterEach(async () => {
  await app.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const journal = () => readFileSync(join(folder, 'journal'), 'utf8').trim().split('\n');

async function start(dieIn: string, workflowId = 'chain', plan: string[] = []): Promise<string> {
  const runId = randomUUID();
  const query =
    'mutation($functionSlug:String!,$data:Map){invokeFunction(functionSlug:$functionSlug,data:$data)}';
  const variables = {
    functionSlug: `fault-workflow.${workflowId}`,
    data: { inputData: { dieIn, plan }, runId },
  };
  await fetch(`${server.url}/v0/gql`, { method: 'POST', body: JSON.stringify({ query, variables }) });
  return runId;
}

async function statusOf(
  runId: string,
  workflowName = 'chain',
): Promise<{ status: string; result: unknown } | undefined> {
  const storage = new LibSQLStore({ id: 'reader', url: `file:${join(folder, 'runs.db')}` });
  const store = await storage.getStore('workflows');
  const snapshot = await store?.loadWorkflowSnapshot({ workflowName, runId });
  return snapshot ? { status: snapshot.status, result: snapshot.result } : undefined;
}

// With checkpointing, as an app that its platform ends at the limit of a request.
test.each(['off', 'on'].flatMap(checkpointing => ['one', 'two', 'three'].map(step => [step, checkpointing])))(
  'I4: a SIGKILL in step %s, with checkpointing %s, loses nothing and repeats no finished step',
  async (dieIn, checkpointing) => {
    const port = await freePort();
    const launch = (env: Record<string, string>) =>
      startApp([String(port), server.url, join(folder, 'runs.db'), join(folder, 'journal')], {
        ...env,
        CHECKPOINT: checkpointing,
      });
    app = await launch({});
    await server.sync(`http://127.0.0.1:${port}/api/inngest`);
    const runId = await start(dieIn);
    await app.died;
    app = await launch({ SURVIVE: '1' });
    await server.advance(HOUR);
    await expect
      .poll(() => statusOf(runId), PATIENCE)
      .toEqual({ status: 'success', result: { path: ['one', 'two', 'three'] } });
    const times = (id: string) => journal().filter(line => line === id).length;
    for (const id of ['one', 'two', 'three']) expect(times(id)).toBe(id === dieIn ? 2 : 1);
  },
);

test('I6: a run whose attempts were used up by crashes is failed in the store', async () => {
  const port = await freePort();
  const args = [String(port), server.url, join(folder, 'runs.db'), join(folder, 'journal')];
  app = await startApp(args, {});
  await server.sync(`http://127.0.0.1:${port}/api/inngest`);
  const runId = await start('one', 'fragile');
  await app.died;
  // The second and last attempt finds nobody, and neither does the first one to close the run.
  await server.advance(HOUR);
  await server.settled();
  app = await startApp(args, {});
  await server.advance(HOUR);
  await expect.poll(async () => (await statusOf(runId, 'fragile'))?.status, PATIENCE).toBe('failed');
  expect(journal()).toEqual(['one']);
});

test('I4: a crash and two failures leave a step with two retries its success', async () => {
  const port = await freePort();
  const args = [String(port), server.url, join(folder, 'runs.db'), join(folder, 'journal')];
  app = await startApp(args, {});
  await server.sync(`http://127.0.0.1:${port}/api/inngest`);
  const runId = await start('', 'quick', ['fail', 'die', 'fail', 'succeed']);
  await app.died;
  app = await startApp(args, {});
  await server.advance(HOUR);
  await expect
    .poll(() => statusOf(runId, 'quick'), PATIENCE)
    .toEqual({ status: 'success', result: { executions: 4 } });
});

test('I4: the pause before a durable retry survives the app', async () => {
  const port = await freePort();
  const args = [String(port), server.url, join(folder, 'runs.db'), join(folder, 'journal')];
  app = await startApp(args, {});
  await server.sync(`http://127.0.0.1:${port}/api/inngest`);
  const runId = await start('', 'slow', ['fail', 'succeed']);
  await expect.poll(journal, PATIENCE).toEqual(['planned 0']);
  // Until the failed attempt is stored and nothing is left but the pause, which lasts half an hour.
  await server.settled();
  await app.stop();
  app = await startApp(args, {});
  await server.advance(HOUR);
  await expect
    .poll(() => statusOf(runId, 'slow'), PATIENCE)
    .toEqual({ status: 'success', result: { executions: 2 } });
  expect(journal()).toEqual(['planned 0', 'planned 1']);
});
