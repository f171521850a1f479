/** Core's graph of a durable agent becomes a workflow of this package, whatever core's version. */
import { createDurableAgenticWorkflow } from '@mastra/core/agent/durable';
import { createInngestDurableAgenticWorkflow } from '@mastra/inngest';
import { expect, test } from 'vitest';
import { type CoreWorkflow, moveGraph } from '../../src/agent/graph';
import { makeClient } from '../support/sdk';

const inngest = makeClient({ id: 'graph' });
const move = { inngest, surround: () => undefined, streamBatchMs: 0, longestBatchMs: 0 };
const core = () => createDurableAgenticWorkflow() as unknown as CoreWorkflow;

interface Entry {
  type: string;
  id?: string;
  step?: Entry & { step?: { id: string; stepGraph?: Entry[] } };
}

/** Ids of a graph's steps, in order. */
function idsOf(graph: readonly Entry[]): string[] {
  return graph.flatMap(({ type, id, step }) => {
    if (type === 'mapping') return [String(id)];
    const inner = (type === 'step' ? (step as never) : step?.step) as { id: string; stepGraph?: Entry[] };
    return inner.stepGraph ? idsOf(inner.stepGraph) : [inner.id];
  });
}

test('every step of core’s graph is there, in its order, and one more that decides on the next turn', () => {
  const moved = createInngestDurableAgenticWorkflow({ inngest });
  const ids = idsOf(core().stepGraph as never);
  const own = idsOf(moved.stepGraph as never);
  expect(own.filter(id => id !== 'durable-loop-decision')).toEqual(ids);
  expect(own.length).toBe(ids.length + 1);
  expect(moved.id).toBe(core().id);
});

test('agents of one client share one workflow', () => {
  expect(createInngestDurableAgenticWorkflow({ inngest })).toBe(
    createInngestDurableAgenticWorkflow({ inngest }),
  );
  const other = makeClient({ id: 'other' });
  expect(createInngestDurableAgenticWorkflow({ inngest: other })).not.toBe(
    createInngestDurableAgenticWorkflow({ inngest }),
  );
});

test.each(['sleep', 'parallel', 'conditional', 'something-new'])('an entry of type %s is an error', type => {
  const { id, inputSchema, outputSchema, options, steps, stepGraph, serializedStepGraph } = core();
  const graph = [...stepGraph, { type, id: 'new', steps: [] } as never];
  const changed = { id, inputSchema, outputSchema, options, steps, stepGraph: graph, serializedStepGraph };
  expect(() => moveGraph(changed, move)).toThrow(expect.objectContaining({ code: 'UNKNOWN_AGENT_GRAPH' }));
});
