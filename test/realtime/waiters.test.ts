import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { isFull } from '../support/share';

const any = z.any();
const WAITERS = isFull ? 1_000 : 300;
let harness: Harness;
let open: () => void;
const gate = new Promise<void>(resolve => {
  open = resolve;
});

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const held = createStep({
    id: 'held',
    inputSchema: any,
    outputSchema: any,
    execute: async () => {
      await gate;
      return {};
    },
  });
  return { held: createWorkflow({ id: 'held', inputSchema: any, outputSchema: any }).then(held).commit() };
}

beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

test(`I10: ${WAITERS} waiters of one process share sockets, and each gets its own result`, async () => {
  const workflow = harness.mastra.getWorkflowById('held' as never);
  const results: Promise<{ status: string; runId?: string }>[] = [];
  for (let started = 0; started < WAITERS; started += 50) {
    const runs = await Promise.all(
      Array.from({ length: 50 }, () => workflow.createRun({ runId: randomUUID() })),
    );
    const before = harness.proxy.events;
    results.push(...runs.map(run => run.start({ inputData: {} as never }) as never));
    await expect.poll(() => harness.proxy.events - before, { timeout: 60_000 }).toBe(50);
  }
  // One, unless the machine is too busy to confirm a channel in time.
  expect(harness.proxy.openSockets).toBeLessThan(10);
  open();
  const ended = await Promise.all(results);
  expect(ended.every(({ status }) => status === 'success')).toBe(true);
  expect(new Set(ended.map(({ runId }) => runId)).size).toBe(WAITERS);
  await expect.poll(() => harness.proxy.openSockets).toBe(0);
  // A thousand runs took 20 s to 220 s, as busy as the machine was.
}, 600_000);
