import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
const HOUR = 3_600_000;
let harness: Harness;

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const define = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });
  const quick = createStep({ id: 'quick', inputSchema: any, outputSchema: any, execute: async () => ({}) });
  const sleeper = define('sleeper').then(quick).sleep(HOUR).commit();
  const brief = define('brief').then(quick).commit();
  return { sleeper, brief, parent: define('parent').then(quick).then(sleeper).commit() };
}

beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

interface Run {
  runId: string;
  start(args: object): Promise<{ status: string }>;
  startAsync(args: object): Promise<unknown>;
  cancel(): Promise<void>;
}
const runOf = async (id: string) =>
  (await harness.mastra.getWorkflowById(id as never).createRun({ runId: randomUUID() })) as unknown as Run;

async function stored(workflowId: string, runId: string) {
  const all = await harness.snapshots(workflowId);
  return all.find(snapshot => snapshot.runId === runId) as
    { status: string; inngest?: { owner: string } } | undefined;
}

const statusOf = async (workflowId: string, runId: string) => (await stored(workflowId, runId))?.status;

test('I6: a run cancelled in the Inngest dashboard is canceled in the store, and start() says so', async () => {
  const run = await runOf('sleeper');
  const result = run.start({ inputData: {} });
  await expect.poll(() => statusOf('sleeper', run.runId)).toBe('waiting');
  const owner = (await stored('sleeper', run.runId))?.inngest?.owner;
  await fetch(`${harness.proxy.url}/v1/runs/${owner}`, { method: 'DELETE' });
  expect(await result).toMatchObject({ status: 'canceled' });
});

test('run.cancel() ends a sleeping run and no other', async () => {
  const [one, other] = [await runOf('sleeper'), await runOf('sleeper')];
  const result = one.start({ inputData: {} });
  await other.startAsync({ inputData: {} });
  for (const { runId } of [one, other]) {
    await expect.poll(() => statusOf('sleeper', runId)).toBe('waiting');
  }
  await new Promise(resolve => setTimeout(resolve, 500));
  await one.cancel();
  expect(await result).toMatchObject({ status: 'canceled' });
  await new Promise(resolve => setTimeout(resolve, 500));
  expect(await statusOf('sleeper', other.runId)).toBe('waiting');
  await other.cancel();
});

test('cancelling a parent cancels what it is waiting for', async () => {
  const known = new Set((await harness.snapshots('sleeper')).map(({ runId }) => runId));
  const run = await runOf('parent');
  await run.startAsync({ inputData: {} });
  const child = async () => (await harness.snapshots('sleeper')).find(({ runId }) => !known.has(runId));
  await expect.poll(async () => (await child())?.status).toBe('waiting');
  await new Promise(resolve => setTimeout(resolve, 500));
  await run.cancel();
  await expect.poll(async () => (await child())?.status).toBe('canceled');
  expect(await statusOf('parent', run.runId)).toBe('canceled');
});

test('cancel() leaves a finished run as it is', async () => {
  const run = await runOf('brief');
  await run.start({ inputData: {} });
  await run.cancel();
  expect(await statusOf('brief', run.runId)).toBe('success');
});
