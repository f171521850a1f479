import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { createStep as createCoreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../../support/harness';
import type { Kit } from './graphs';
import { Recorder, type Tree, observability } from './recorder';

const any = z.any();

function build({ createWorkflow, createStep: step }: Kit) {
  const pass = (id: string) =>
    step({
      id,
      inputSchema: any,
      outputSchema: any,
      execute: async () => {
        await new Promise(resolve => setTimeout(resolve, 30));
        return { value: 1 };
      },
    });
  const child = createWorkflow({ id: 'traced-child', inputSchema: any, outputSchema: any })
    .then(pass('inner'))
    .commit();
  return createWorkflow({ id: 'traced', inputSchema: any, outputSchema: any })
    .then(pass('first'))
    .parallel([pass('left'), pass('right')])
    .branch([[async () => true, pass('taken')]])
    .dountil(pass('until'), async () => true)
    .map(async () => [1, 2])
    .foreach(pass('each'))
    .then(child)
    .then(pass('last'))
    .commit();
}

const theirs = new Recorder();
const ours = new Recorder();
let harness: Harness;

/** The names of a span and those below it. */
const namesIn = ({ name, below }: Tree): unknown => [name, ...below.map(namesIn)];

beforeAll(async () => {
  const core = new Mastra({
    workflows: { traced: build({ createWorkflow: createCoreWorkflow, createStep: createCoreStep }) },
    observability: observability(theirs),
    logger: false,
  });
  const run = await core.getWorkflow('traced').createRun();
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'success' });
  harness = await startHarness({
    workflows: (inngest: Inngest.Any) => ({
      traced: build({
        createWorkflow: init(inngest).createWorkflow,
        createStep: createStep as never,
      }),
    }),
    observability: observability(ours),
    checkpointing: false,
  });
});
afterAll(() => harness.stop());

describe('with observability on', () => {
  let result: Record<string, unknown>;
  test('a run takes no op more', async () => {
    const workflow = harness.mastra.getWorkflowById('traced') as unknown as {
      createRun(options: object): Promise<{ start(args: object): Promise<Record<string, unknown>> }>;
    };
    const run = await workflow.createRun({ runId: randomUUID() });
    result = await run.start({ inputData: {} });
    expect(result).toMatchObject({ status: 'success' });
    await harness.proxy.quiet();
    expect(harness.proxy.names().filter(name => name !== 'finish')).toEqual(
      expect.arrayContaining([
        'first',
        'left',
        'right',
        'branch: taken',
        'taken',
        'until',
        'each [0]',
        'each [1]',
      ]),
    );
    expect(harness.proxy.names()).toHaveLength(14);
  });

  test('the spans form core’s tree', () => {
    expect(theirs.trees).toHaveLength(1);
    expect(ours.trees.map(namesIn)).toEqual(theirs.trees.map(namesIn));
    expect(ours.ended).toHaveLength(theirs.ended.length);
    expect(new Set(ours.ended.map(span => span.traceId)).size).toBe(1);
  });

  test('each begins and ends once, and steps have their real times', () => {
    expect(ours.started.map(span => span.id).sort()).toEqual(ours.ended.map(span => span.id).sort());
    for (const span of ours.ended.filter(({ type }) => type === 'workflow_step')) {
      if (span.name.includes('mapping')) continue;
      const length = (span.endTime?.getTime() ?? 0) - span.startTime.getTime();
      expect(length, span.name).toBeGreaterThanOrEqual(25);
    }
    const root = ours.ended.find(({ type, parentSpanId }) => type === 'workflow_run' && !parentSpanId);
    expect(result).toMatchObject({ traceId: root?.traceId, spanId: root?.id });
  });
});
