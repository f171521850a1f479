/** A request that breaks off leaves the same spans as one that does not. */
import { Mastra } from '@mastra/core';
import { createStep as createCoreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../../support/harness';
import type { Kit } from './graphs';
import { Recorder, observability } from './recorder';

const any = z.any();
const tracingOptions = { hideInput: true, metadata: { order: 7 }, tags: ['urgent'] };

/** `reached` is told whenever the middle step of the nested workflow executes. */
function build({ createWorkflow, createStep: step }: Kit, reached: () => Promise<void>) {
  const pass = (id: string, body: () => Promise<void> = async () => {}) =>
    step({ id, inputSchema: any, outputSchema: any, execute: async () => (await body(), { id }) });
  const child = createWorkflow({ id: 'child', inputSchema: any, outputSchema: any })
    .then(pass('one'))
    .then(pass('two', reached))
    .commit();
  return createWorkflow({ id: 'breaks', inputSchema: any, outputSchema: any })
    .parallel([pass('beside'), child])
    .then(pass('end'))
    .commit();
}

describe.each([true, false])('with checkpointing %s', checkpointing => {
  const theirs = new Recorder();
  const ours = new Recorder();
  let harness: Harness;
  let executions = 0;

  beforeAll(async () => {
    const kit = { createWorkflow: createCoreWorkflow, createStep: createCoreStep };
    const core = new Mastra({
      workflows: { breaks: build(kit, async () => {}) },
      observability: observability(theirs),
      logger: false,
    });
    await (await core.getWorkflow('breaks').createRun()).start({ inputData: 1, tracingOptions });
    const breakOnce = async () => {
      executions += 1;
      if (executions > 1) return;
      harness.proxy.breakExecutions();
      // As in a process that is gone.
      await new Promise(() => {});
    };
    harness = await startHarness({
      workflows: (inngest: Inngest.Any) => ({
        breaks: build(
          { createWorkflow: init(inngest).createWorkflow, createStep: createStep as never },
          breakOnce,
        ),
      }),
      observability: observability(ours),
      checkpointing,
    });
  });
  afterAll(() => harness.stop());

  test('the spans are those of core', async () => {
    const run = await harness.mastra.getWorkflowById('breaks').createRun();
    await run.start({ inputData: 1, tracingOptions });
    await harness.proxy.quiet();
    expect(executions).toBeGreaterThan(1);
    const byId = new Map(ours.ended.map(span => [span.id, span]));
    ours.ended.splice(0, ours.ended.length, ...byId.values());
    expect(ours.trees).toEqual(theirs.trees);
    expect(new Set(ours.started.map(({ id }) => id))).toEqual(new Set(byId.keys()));
  });
});
