/** A run that Inngest executes, called for the first time by a version with another graph than it began with. */
import { RequestContext } from '@mastra/core/request-context';
import type { EntryParams, StepResults } from '../core-types';
import { GraphChange } from '../engine/graph-change';
import type { InngestExecutionEngine } from '../engine/engine';
import type { LegStart } from '../engine/leg-start';
import type { RunScope } from '../engine/scope';
import { faithfulValues } from '../snapshot/faithful';
import type { Snapshot } from '../snapshot/store';
import { visibleResults } from '../realtime/stored-events';
import { graphChanged } from './graph-fit';
import { lastState } from './leg-memo';

/**
 * Checks that what is remembered of the run is its own also under this graph, and moves a later leg to where its step stands now.
 * Reads the stored run, which a replay does only here: the memos hold no more of the old graph than its fingerprint.
 * @throws MastraInngestError `GRAPH_CHANGED`, before anything of the run is executed
 */
export async function fitRunning(
  { end }: InngestExecutionEngine,
  scope: RunScope,
  graph: readonly unknown[],
): Promise<void> {
  const row = await scope.record.load();
  if (row?.inngest?.owner !== scope.inngestRunId) return;
  const change = GraphChange.between(row.inngest.graph ?? row.serializedStepGraph, graph);
  if (!change) return;
  const place = scope.leg && placeOf(scope.leg);
  const [misfit] = change.replayed(row.context, place).misfits;
  if (misfit) {
    // So the end of the run keeps what is stored of it, and it can be travelled in.
    end.reached = reachedBefore(row, scope);
    throw graphChanged(scope, misfit, 'time travel');
  }
  if (scope.leg && place) moveLeg(scope.leg, change, place.stepId);
}

/** Where a leg began, in the graph of the version that began it. */
function placeOf({ resume, timeTravel, restart }: LegStart): { stepId: string; path?: number[] } | undefined {
  const stepId = (resume ?? timeTravel)?.steps[0] ?? Object.keys(restart?.activeStepsPath ?? {})[0];
  const path = resume?.resumePath ?? timeTravel?.executionPath ?? restart?.activeStepsPath[stepId ?? ''];
  return stepId === undefined ? undefined : { stepId, path };
}

function moveLeg(leg: LegStart, change: GraphChange, stepId: string): void {
  const { resume, timeTravel, restart } = leg;
  const moved = (id: string, path: number[] | undefined): number[] | undefined => {
    const found = change.continuedAt(id, path);
    return 'path' in found ? [...found.path] : undefined;
  };
  if (resume) leg.resume = { ...resume, resumePath: moved(stepId, resume.resumePath) ?? resume.resumePath };
  if (timeTravel) timeTravel.executionPath = moved(stepId, timeTravel.executionPath) ?? [];
  if (!restart) return;
  const active = Object.entries(restart.activeStepsPath).flatMap(([id, path]) => {
    const found = moved(id, path);
    return found ? [[id, found] as const] : [];
  });
  restart.activeStepsPath = Object.fromEntries(active);
  restart.activePaths = active.slice(0, 1).map(([, [index = 0]]) => index);
}

/** How far the run had come, as core hands it on. */
function reachedBefore(row: Snapshot, { workflowId, runId }: RunScope): EntryParams {
  const { activePaths: executionPath, activeStepsPath, stepExecutionPath } = row;
  const executionContext = {
    workflowId,
    runId,
    executionPath,
    activeStepsPath,
    stepExecutionPath,
    suspendedPaths: {},
    resumeLabels: {},
    state: lastState(row),
  };
  return {
    workflowId,
    runId,
    stepResults: visibleResults(faithfulValues(row).context) as StepResults,
    executionContext,
    requestContext: new RequestContext(Object.entries((row.requestContext ?? {}) as Record<string, never>)),
  } as unknown as EntryParams;
}
