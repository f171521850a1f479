/** Whether a stored run still fits the graph of this version of its workflow. */
import type { StepFlowEntry } from '@mastra/core/workflows';
import { GraphChange, type Misfit } from '../engine/graph-change';
import type { Place } from '../engine/graph-shape';
import { MastraInngestError } from '../errors';
import type { RunIdentity, Snapshot } from '../snapshot/snapshot';
import { nestedMeta } from '../snapshot/nested-meta';
import type { RunRecord } from '../snapshot/run-record';
import { isRecord } from '../wire/json';
import { interruption, passedSteps } from './interrupted';

/** A run, and the graph of this version as core serializes it. */
export interface OwnGraph {
  record: RunRecord;
  graph: readonly unknown[];
}

/** A misfit, and the nested run that it is in, if any. */
export type LocatedMisfit = Misfit & { run?: RunIdentity };

/** What is stored of a step that is suspended: where it was, and where it is now; undefined where nothing was changed. */
export function continuedPlace(
  snapshot: Snapshot,
  graph: readonly unknown[],
  stepId: string,
): Place | Misfit | undefined {
  const change = GraphChange.between(snapshot.serializedStepGraph, graph);
  return change?.continuedAt(stepId, snapshot.suspendedPaths[stepId], snapshot.context);
}

/**
 * Why a suspended step can't be continued, here or in the nested runs that it stands for; undefined where it can.
 * @param steps the step and the way from there to one in a nested run, as far as it is known
 */
export async function misfitOf(
  { record, graph }: OwnGraph,
  snapshot: Snapshot,
  [stepId = '', ...rest]: readonly string[],
): Promise<LocatedMisfit | undefined> {
  const found = continuedPlace(snapshot, graph, stepId);
  if (!found || 'why' in found) return found;
  if (!found.inner) return undefined;
  for (const runId of suspendedRuns(snapshot.context[stepId])) {
    const run = { workflowId: stepId, runId };
    const inner = { record: record.sibling(run), graph: found.inner };
    const row = await inner.record.load();
    if (row?.status !== 'suspended') continue;
    const ways = rest.length > 0 ? [rest] : Object.keys(row.suspendedPaths).map(id => [id]);
    for (const way of ways) {
      const misfit = await misfitOf(inner, row, way);
      if (misfit) return { run, ...misfit };
    }
  }
  return undefined;
}

/**
 * Why a run can't be restarted under this graph: it goes on behind its last finished step, and something that it has not executed
 * stands before that now.
 */
export function restartMisfit(
  snapshot: Snapshot,
  graph: readonly unknown[],
  steps: readonly StepFlowEntry[],
): Misfit | undefined {
  const change = GraphChange.between(snapshot.inngest?.graph ?? snapshot.serializedStepGraph, graph);
  const [index = 0] = interruption(steps, snapshot.context, passedSteps(snapshot)).activePaths;
  return change?.overtaken(index, snapshot.context);
}

/** True for a suspended run of which no suspended step can be continued. */
export async function isStranded(own: OwnGraph, snapshot: Snapshot): Promise<boolean> {
  const suspended = Object.keys(snapshot.suspendedPaths);
  const misfits = await Promise.all(suspended.map(stepId => misfitOf(own, snapshot, [stepId])));
  return snapshot.status === 'suspended' && misfits.length > 0 && misfits.every(one => one !== undefined);
}

/** The nested runs that a suspended step stands for: one or, for a foreach, one for each item that is suspended. */
function suspendedRuns(result: unknown): string[] {
  const { runId, foreachOutput } = nestedMeta(result);
  if (!foreachOutput) return runId === undefined ? [] : [runId];
  const items = foreachOutput.filter(item => isRecord(item) && item.status === 'suspended');
  return items.flatMap(item => nestedMeta(item).runId ?? []);
}

/** The typed error of a run that can't go on under this version's graph. */
export function graphChanged(
  { workflowId, runId }: RunIdentity,
  { stepId, why, run }: LocatedMisfit,
  wayOut: 'restart' | 'time travel',
): MastraInngestError {
  const where = run ? ` of run ${run.runId} of the nested workflow ${run.workflowId}` : '';
  const ways =
    wayOut === 'restart'
      ? 'Go on behind its last finished step with run.restart(), or from any step with run.timeTravel({ step })'
      : 'Execute it from a step on with run.timeTravel({ step })';
  return new MastraInngestError(
    'GRAPH_CHANGED',
    `Run ${runId} of workflow ${workflowId} can't go on: the workflow was changed since, and the step "${stepId}"${where} ` +
      `does not fit any more: ${why}. ${ways}, or deploy a version that it fits.`,
    { workflowId, runId, stepId },
  );
}
