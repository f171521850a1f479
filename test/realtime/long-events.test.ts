import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
/** Longer than one realtime message (512 KiB), with characters of one to four bytes. */
const LONG = 'aé世🎉'.repeat(80_000);
const TOKENS = 200;
let harness: Harness;

function workflows(inngest: Inngest.Any) {
  const define = (id: string, options?: object) =>
    init(inngest, options).createWorkflow({ id, inputSchema: any, outputSchema: any });
  const long = createStep({
    id: 'long',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ writer }) => {
      await writer.write({ text: LONG });
      await writer.write({ text: 'short' });
      return { text: LONG };
    },
  });
  const agent = createStep({
    id: 'agent',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ writer }) => {
      for (let token = 0; token < TOKENS; token++) await writer.write({ token });
      return {};
    },
  });
  return {
    long: define('long-events').then(long).commit(),
    each: define('single').then(agent).commit(),
    batched: define('batched', { streamBatchMs: 30 }).then(agent).commit(),
  };
}

beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

interface Chunk {
  type: string;
  payload?: { output?: { text?: string; token?: number }; id?: string; truncated?: boolean };
}

async function chunksOf(workflowId: string) {
  const run = await harness.mastra.getWorkflowById(workflowId as never).createRun({ runId: randomUUID() });
  const stream = run.stream({ inputData: {} as never });
  const chunks: Chunk[] = [];
  for await (const chunk of stream.fullStream) chunks.push(chunk as Chunk);
  // The log is ahead of the channel: what was told already may still be on its way.
  await harness.proxy.quiet();
  return { chunks, result: (await stream.result) as { status: string } };
}

test('I9: an event longer than one realtime message arrives whole, and in its place', async () => {
  const { chunks, result } = await chunksOf('long-events');
  expect(result.status).toBe('success');
  const written = chunks.filter(({ type }) => type === 'workflow-step-output');
  expect(written.map(({ payload }) => payload?.output?.text === LONG || payload?.output?.text)).toEqual([
    true,
    'short',
  ]);
  const end = chunks.find(({ type }) => type === 'workflow-step-result');
  expect((end?.payload as { output?: { text: string } }).output?.text === LONG).toBe(true);
  expect(chunks.some(({ payload }) => payload?.truncated)).toBe(false);
});

test('one publish per chunk, or few where they are gathered; the stream is the same', async () => {
  const tokens = (chunks: Chunk[]) =>
    chunks.filter(({ type }) => type === 'workflow-step-output').map(({ payload }) => payload?.output?.token);
  const expected = Array.from({ length: TOKENS }, (_, token) => token);
  const before = harness.proxy.publishes;
  expect(tokens((await chunksOf('single')).chunks)).toEqual(expected);
  const single = harness.proxy.publishes - before;
  // A chunk each, the step’s start, result and finish, the run’s end, and the echo that confirms the subscription.
  expect(single).toBe(TOKENS + 5);
  expect(tokens((await chunksOf('batched')).chunks)).toEqual(expected);
  expect(harness.proxy.publishes - before - single).toBeLessThan(TOKENS / 4);
});
