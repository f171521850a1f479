import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
const storage = new InMemoryStore();
let harness: Harness;
let elsewhere: Mastra;
let pass = () => {};
let arrived = () => {};

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const define = (id: string) => createWorkflow({ id, inputSchema: any, outputSchema: any });
  const plain = (id: string) =>
    createStep({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async ({ inputData }) => inputData as object,
    });
  const gate = createStep({
    id: 'gate',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }) => {
      await new Promise<void>(resolve => {
        pass = resolve;
        arrived();
      });
      return inputData as object;
    },
  });
  const done = define('done').then(plain('d')).commit();
  const turn = define('turn').then(plain('t')).commit();
  const deep = define('deep').then(plain('e')).commit();
  const open = define('open').then(plain('one')).then(deep).then(gate).then(plain('two')).commit();
  const late = define('late')
    .then(plain('a'))
    .then(done)
    .dountil(turn, async ({ iterationCount }) => iterationCount >= 2)
    .then(open)
    .then(plain('z'))
    .commit();
  return { late };
}

beforeAll(async () => {
  harness = await startHarness({ workflows, storage });
  // Another process's view: the same store and server, none of the run's objects.
  elsewhere = new Mastra({ workflows: workflows(harness.inngest) as never, storage, logger: false });
});
afterAll(() => harness.stop());

interface Seen {
  type: string;
  payload?: { id?: string };
}

test('I9: a late watcher gets the past of nested runs, too, also of one that still executes; each event once', async () => {
  const runId = randomUUID();
  const atGate = new Promise<void>(resolve => {
    arrived = resolve;
  });
  const run = await harness.mastra.getWorkflowById('late' as never).createRun({ runId });
  const first: Seen[] = [];
  run.watch(event => void first.push(event as Seen));
  const result = run.start({ inputData: { value: 1 } as never });
  await atGate;
  const late = await elsewhere.getWorkflowById('late' as never).createRun({ runId });
  const second: Seen[] = [];
  await late.watchAsync(event => void second.push(event as Seen));
  const ids = (events: Seen[]) =>
    events.filter(({ type }) => type === 'workflow-step-result').map(({ payload }) => payload?.id);
  await expect.poll(() => ids(second).length).toBeGreaterThan(0);
  pass();
  expect(await result).toMatchObject({ status: 'success' });
  await expect.poll(() => ids(second).at(-1)).toBe('z');
  expect(ids(first)).toEqual([
    'a',
    'done.d',
    'done',
    'turn.t',
    'turn',
    'turn.t',
    'turn',
    'open.one',
    'open.deep.e',
    'open.deep',
    'open.gate',
    'open.two',
    'open',
    'z',
  ]);
  expect(ids(second)).toEqual(ids(first));
});
