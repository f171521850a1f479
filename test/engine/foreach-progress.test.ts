/** When a foreach's progress comes: an item waits here for the event of another one, and would wait for ever if it came late. */
import { createStep } from '@mastra/core/workflows';
import { init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

interface Progress {
  id: string;
  completedCount: number;
  totalCount: number;
  currentIndex: number;
  iterationStatus: string;
  iterationOutput?: unknown;
}

/** Progress events by run, and who waits for one. */
class Watched {
  readonly events: Progress[] = [];
  private wake: (() => void)[] = [];

  see(event: { type: string; payload?: unknown }): void {
    if (event.type !== 'workflow-step-progress') return;
    this.events.push(event.payload as Progress);
    for (const wake of this.wake.splice(0)) wake();
  }

  async item(index: number): Promise<void> {
    while (!this.events.some(({ currentIndex }) => currentIndex === index)) {
      await new Promise<void>(resolve => this.wake.push(resolve));
    }
  }
}

let watched = new Watched();

/** Item `n` ends when the consumer has the progress of the item that it names. */
const waits = (id: string) =>
  createStep({
    id,
    inputSchema: z.object({ n: z.number(), after: z.number().optional() }),
    outputSchema: z.number(),
    execute: async ({ inputData: { n, after } }) => {
      if (after !== undefined) await watched.item(after);
      return n;
    },
  });

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const options = { inputSchema: z.any(), outputSchema: z.any() };
  const item = createWorkflow({ id: 'item', ...options })
    .then(waits('inner'))
    .commit();
  const first = createStep({
    id: 'first',
    ...options,
    execute: async ({ inputData }) => inputData as unknown,
  });
  return {
    item,
    sequential: createWorkflow({ id: 'sequential', ...options })
      .foreach(waits('each'))
      .commit(),
    concurrent: createWorkflow({ id: 'concurrent', ...options })
      .foreach(waits('each'), { concurrency: 3 })
      .commit(),
    nested: createWorkflow({ id: 'nested', ...options })
      .foreach(item)
      .commit(),
    'nested-concurrent': createWorkflow({ id: 'nested-concurrent', ...options })
      .then(first)
      .foreach(item, { concurrency: 3 })
      .commit(),
  };
}

const inOrder = [{ n: 10 }, { n: 20, after: 0 }, { n: 30, after: 1 }];
const backwards = [{ n: 10, after: 1 }, { n: 20, after: 2 }, { n: 30 }];

describe.each([true, false])('checkpointing %s', checkpointing => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ workflows, checkpointing });
  });
  afterAll(() => harness.stop());

  async function progressOf(workflowId: string, inputData: unknown): Promise<Progress[]> {
    watched = new Watched();
    const run = await harness.mastra.getWorkflow(workflowId as never).createRun();
    const seen: string[] = [];
    run.watch(event => {
      seen.push(event.type);
      watched.see(event as never);
    });
    const result = await run.start({ inputData });
    expect(result.status).toBe('success');
    expect(seen.indexOf('workflow-step-start')).toBeLessThan(seen.indexOf('workflow-step-progress'));
    return watched.events;
  }

  const event = (id: string, completedCount: number, currentIndex: number) => ({
    id,
    completedCount,
    totalCount: 3,
    currentIndex,
    iterationStatus: 'success',
    iterationOutput: (currentIndex + 1) * 10,
  });

  test.each([
    ['sequential', 'each'],
    ['nested', 'item'],
  ])('I9: %s items are told one after the other, each when it ends', async (workflowId, id) => {
    const progress = await progressOf(workflowId, inOrder);
    expect(progress).toEqual([event(id, 1, 0), event(id, 2, 1), event(id, 3, 2)]);
  });

  test.each([
    ['concurrent', 'each'],
    ['nested-concurrent', 'item'],
  ])('I9: %s items are told in the order in which they end, and counted', async (workflowId, id) => {
    const progress = await progressOf(workflowId, backwards);
    expect(progress).toEqual([event(id, 1, 2), event(id, 2, 1), event(id, 3, 0)]);
  });

  test('I9: each of the items that start at once tells the start of the foreach, and consumers see one', async () => {
    const told: unknown[] = [];
    harness.proxy.onPublish = async ({ type, mastraEventId }) => {
      if (type === 'workflow-step-start') told.push(mastraEventId);
    };
    const run = await harness.mastra.getWorkflow('concurrent' as never).createRun();
    const seen: string[] = [];
    run.watch(({ type }) => void seen.push(type));
    await run.start({ inputData: [{ n: 1 }, { n: 2 }, { n: 3 }] });
    harness.proxy.onPublish = undefined;
    expect(told).toEqual([told[0], told[0], told[0]]);
    expect(seen.filter(type => type === 'workflow-step-start')).toHaveLength(1);
  });
});
