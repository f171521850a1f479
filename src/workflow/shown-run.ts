/** Finds nested runs by the run id that their steps are given, which is their parent's (docs/runs/README.md). */
import type { AnyMastra } from '../core-types';
import { type Graph, nestedRuns } from '../function/nested-runs';
import { storeOf } from '../function/stores';
import { RunRecord } from '../snapshot/run-record';
import { nestedWorkflows } from './nested-workflows';

interface Nesting {
  id: string;
  stepGraph: Graph;
}

/**
 * The ids of the stored runs of a workflow whose steps were given this run id. The one that began last comes last: it is the one
 * that core would have stored under the given id.
 */
export async function nestedRunIds(
  mastra: AnyMastra,
  workflowId: string,
  shownRunId: string,
): Promise<string[]> {
  const found = new Map<string, number>();
  const lookIn = async (record: RunRecord, graph: Graph): Promise<void> => {
    const row = holds(graph, workflowId) ? await record.load() : undefined;
    for (const { workflow, record: nested, row: inner, isItem } of row
      ? await nestedRuns(record, row, graph)
      : []) {
      // The steps of an item are given the id of the item's own run.
      if (isItem) continue;
      if (workflow.id === workflowId) found.set(nested.identity.runId, inner.timestamp);
      await lookIn(nested, workflow.stepGraph);
    }
  };
  for (const { id, stepGraph } of allWorkflows(mastra)) {
    await lookIn(new RunRecord(storeOf(mastra), { workflowId: id, runId: shownRunId }), stepGraph);
  }
  return [...found].toSorted(([, one], [, other]) => one - other).map(([runId]) => runId);
}

/** Those of the app and those nested in them: an item of a foreach is a run of a nested one. */
function allWorkflows(mastra: AnyMastra): Nesting[] {
  const all = new Set<Nesting>(Object.values(mastra.listWorkflows()));
  for (const { stepGraph } of all) for (const inner of nestedIn(stepGraph)) all.add(inner);
  return [...all];
}

function holds(graph: Graph, workflowId: string): boolean {
  return nestedIn(graph).some(({ id, stepGraph }) => id === workflowId || holds(stepGraph, workflowId));
}

function nestedIn(graph: Graph): Nesting[] {
  return nestedWorkflows(graph) as unknown as Nesting[];
}
