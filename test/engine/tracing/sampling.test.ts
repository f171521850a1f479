/** A trace is exported as a whole or not at all, in however many requests the run is executed. */
import { RequestContext } from '@mastra/core/request-context';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../support/harness';
import { tracedWorkflows } from './graphs';
import { Recorder, observability } from './recorder';

interface Asked {
  requestContext?: RequestContext;
  metadata?: Record<string, unknown>;
}

const byTenant = ({ requestContext, metadata }: Asked = {}) =>
  requestContext?.get('tenant') === 'acme' && metadata?.wanted === true;

const ours = new Recorder();
/** Of a run: its own, the parallel's, and three of each arm. */
const SPANS = 8;

describe.each([
  ['never', { type: 'never' }],
  ['ratio', { type: 'ratio', probability: 0.5 }],
  ['custom', { type: 'custom', sampler: byTenant }],
])('sampling of type %s', (type, sampling) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({
      workflows: (inngest: Inngest.Any) =>
        tracedWorkflows({ createWorkflow: init(inngest).createWorkflow, createStep: createStep as never }),
      observability: observability(ours, { sampling }),
      checkpointing: false,
    });
  });
  afterAll(() => harness.stop());
  beforeEach(() => ours.clear());

  const start = async (tenant: string, wanted: boolean) => {
    const run = await harness.mastra.getWorkflowById('in-parallel').createRun();
    const requestContext = new RequestContext<unknown>([['tenant', tenant]]);
    return run.start({ inputData: 1, requestContext, tracingOptions: { metadata: { wanted } } });
  };

  test('chooses whole traces', async () => {
    const runs = type === 'ratio' ? 12 : 2;
    const results = await Promise.all(
      Array.from({ length: runs }, (_, index) => start(index % 2 ? 'other' : 'acme', true)),
    );
    await harness.proxy.quiet();
    const traces = Map.groupBy(ours.ended, span => span.traceId);
    for (const spans of traces.values()) expect(spans).toHaveLength(SPANS);
    // A result names a trace that exists.
    const named = results.map(({ traceId }) => traceId).filter(id => id !== undefined);
    expect(new Set(named)).toEqual(new Set(traces.keys()));
    if (type !== 'ratio') expect(traces.size).toBe(type === 'custom' ? 1 : 0);
  });
});
