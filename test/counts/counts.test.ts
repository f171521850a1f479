/**
 * I1, and what a run costs beside its ops: no scenario of the bench takes more ops, requests, writes or bytes than it did.
 * What grows for a good reason gets a new limit in the same change. Times have no limits: they depend on the machine.
 */
import { randomUUID } from 'node:crypto';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import { afterEach, describe, expect, test } from 'vitest';
import { countWrites } from '../../bench/src/app/store';
import { type Tools, workflowOf } from '../../bench/src/graphs/mastra';
import { inputOf, scenarioById } from '../../bench/src/scenarios';
import { type Harness, startHarness } from '../support/harness';
import { share } from '../support/share';
import { LIMITS, type Limits } from './limits';

let harness: Harness | undefined;
afterEach(() => harness?.stop());

describe.each([true, false])('checkpointing %s', checkpointing => {
  const limits = LIMITS[checkpointing ? 'on' : 'off'];
  test.each(share(Object.entries(limits), checkpointing ? 0 : 1, 2))(
    '%s costs no more than it did',
    async (id, limit) => {
      const counts = await countsOf(id, checkpointing);
      const over = Object.entries(limit).filter(([field, most]) => counts[field as keyof Limits] > most);
      expect(over.map(([field, most]) => ({ field, most, counted: counts[field as keyof Limits] }))).toEqual(
        [],
      );
      // A limit far above the count would let the next change waste what this one saved.
      expect(counts.ops).toBe(limit.ops);
      expect(counts.bytesToApp).toBeGreaterThan(0.85 * limit.bytesToApp);
      expect(counts.writtenBytes).toBeGreaterThan(0.85 * limit.writtenBytes);
    },
    120_000,
  );
});

async function countsOf(id: string, checkpointing: boolean): Promise<Limits> {
  const scenario = scenarioById(id);
  const storage = new InMemoryStore();
  const writes = await countWrites(storage, () => true);
  harness = await startHarness({
    workflows: inngest => {
      const tools = { ...init(inngest), createStep } as unknown as Tools;
      return { [id]: workflowOf(scenario, tools, () => {}) };
    },
    // Without the SDK's cap of ten seconds, after which a slow machine's run would take another request.
    checkpointing: checkpointing && { maxRuntime: '10m' },
    storage,
  });
  const run = await harness.mastra.getWorkflow(id as never).createRun({ runId: randomUUID() });
  const { status } = await run.start({ inputData: inputOf(scenario) });
  expect(status).toBe('success');
  const { proxy } = harness;
  await proxy.quiet();
  return {
    ops: proxy.counted().length,
    requests: proxy.executions.length,
    bytesToApp: proxy.bytesToApp,
    bytesFromApp: proxy.bytesFromApp,
    publishes: proxy.publishes,
    writes: writes.count,
    writtenBytes: writes.bytes,
  };
}
