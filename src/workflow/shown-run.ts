/** Finds nested runs by the run id that their steps are given, which is their parent's (docs/runs/README.md). */
import type { AnyMastra } from '../core-types';
import { appWorkflows } from '../function/app-workflows';
import { type Graph, nestedRuns } from '../function/nested-runs';
import { nestedWorkflows, withNested } from '../function/nested-workflows';
import { storeOf } from '../function/stores';
import { RunRecord } from '../snapshot/run-record';

/**
 * The ids of the stored runs of a workflow whose steps were given this run id. The one that began last comes last: it is the one
 * that core would have stored under the given id.
 */
export async function runIdsShownAs(
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
  // An item of a foreach is a run of a nested one.
  for (const { id, stepGraph } of withNested(appWorkflows(mastra))) {
    await lookIn(new RunRecord(storeOf(mastra), { workflowId: id, runId: shownRunId }), stepGraph);
  }
  return [...found].toSorted(([, one], [, other]) => one - other).map(([runId]) => runId);
}

function holds(graph: Graph, workflowId: string): boolean {
  return nestedWorkflows(graph).some(
    ({ id, stepGraph }) => id === workflowId || holds(stepGraph, workflowId),
  );
}
