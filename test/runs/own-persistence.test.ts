/** The user's functions that decide what is stored throw: no step is repeated for it, and nobody waits for ever. */
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
let bodies = 0;
let prunes = 0;

function broken(): never {
  throw new TypeError('no such column');
}

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const count = createStep({
    id: 'count',
    inputSchema: any,
    outputSchema: any,
    execute: async () => ({ bodies: (bodies += 1) }),
  });
  const define = (id: string, options: object) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, options }).then(count).commit();
  const whileExecuting = (status: string) => (status === 'pending' ? true : broken());
  return {
    persists: define('persists', {
      shouldPersistSnapshot: ({ workflowStatus }: { workflowStatus: string }) =>
        whileExecuting(workflowStatus),
    }),
    prunes: define('prunes', {
      pruneSnapshot: ({ snapshot, workflowStatus }: { snapshot: object; workflowStatus: string }) => {
        if (workflowStatus === 'pending') return snapshot;
        prunes += 1;
        return broken();
      },
    }),
  };
}

describe.each([true, false])('with checkpointing %s', checkpointing => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ workflows, checkpointing });
  });
  afterAll(() => harness.stop());

  const started = async (id: string) => {
    [bodies, prunes] = [0, 0];
    const run = await harness.mastra.getWorkflowById(id).createRun();
    const result = (await run.start({ inputData: {} })) as { status: string; error?: { message: string } };
    return { run, result };
  };

  test('shouldPersistSnapshot: the run is stored', async () => {
    const { run, result } = await started('persists');
    expect(result).toMatchObject({ status: 'success', result: { bodies: 1 } });
    expect(await harness.rested('persists', run.runId)).toMatchObject({ status: 'success' });
  });

  test('pruneSnapshot: the run has failed, as nothing of it may be stored unpruned', async () => {
    const { run, result } = await started('prunes');
    expect(result).toMatchObject({ status: 'failed', error: { message: 'no such column' } });
    expect([bodies, prunes]).toEqual([1, 1]);
    expect(await harness.rested('prunes', run.runId)).toMatchObject({ status: 'failed' });
  });
});
