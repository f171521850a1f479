/** A run that Inngest executes, called for the first time by a version with another graph than it began with. */
import { RequestContext } from '@mastra/core/request-context';
import type { EntryParams, StepResults } from '../core-types';
import { GraphChange } from '../engine/graph-change';
import { GraphShape } from '../engine/graph-shape';
import type { InngestExecutionEngine } from '../engine/engine';
import type { LegStart } from '../engine/leg-start';
import type { RunScope } from '../engine/scope';
import { faithfulValues } from '../snapshot/faithful';
import type { Snapshot } from '../snapshot/store';
import { isAtRest } from '../snapshot/transitions';
import { visibleResults } from '../realtime/stored-events';
import { graphChanged } from './graph-fit';
import type { Identity } from './identity';
import { lastState } from './leg-memo';

/**
 * The stored run, where it began under another graph than this version's. A replay reads it only here: the memos hold no more of
 * the old graph than its fingerprint.
 */
export async function storedUnderOther(identity: Identity, scope: RunScope): Promise<Snapshot | undefined> {
  const isSame = [...identity.graphs].every(graph => graph === scope.graph);
  return identity.begun && !isSame ? scope.record.load() : undefined;
}

/** The run where it has come to its rest in this leg, or has gone on since in another: Inngest still calls for its answer. */
export function overBefore(row: Snapshot, { leg, inngestRunId }: RunScope): Snapshot | undefined {
  const { number = 0 } = leg ?? {};
  const { leg: stored = 0, owner } = row.inngest ?? {};
  // The dashboard alone gets the answer of a leg that others followed: of what is nested, its parent has got it before.
  if (stored > number) return { ...row, status: 'suspended' };
  return owner === inngestRunId && isAtRest(row.status) ? row : undefined;
}

/**
 * Checks that what is remembered of the run is its own also under this graph, and moves a later leg to where its step stands now.
 * @param row the stored run
 * @throws MastraInngestError `GRAPH_CHANGED`, before anything of the run is executed
 */
export function fitRunning(
  { end, parts }: InngestExecutionEngine,
  scope: RunScope,
  { serializedStepGraph: graph }: { serializedStepGraph: readonly unknown[] },
  row: Snapshot,
): void {
  if (row.inngest?.owner !== scope.inngestRunId) return;
  const { graph: fitted = row.serializedStepGraph, begins } = row.inngest;
  const first = scope.leg && placeOf(scope.leg);
  const place = first && { ...first, path: begins ?? first.path };
  const change = GraphChange.between(fitted, graph);
  const [misfit] = change?.replayed(row.context, place).misfits ?? [];
  if (misfit) {
    // So the end of the run keeps what is stored of it, and it can be travelled in.
    end.reached = reachedBefore(row, scope);
    throw graphChanged(scope, misfit, 'time travel');
  }
  const found = change && place && change.continuedAt(place.stepId, place.path);
  const path = found && 'path' in found ? found.path : place?.path;
  // What is executed from now on is of this graph, and it is this one that the next version is compared with.
  if (change) parts.operations.beforeBody(() => noteGraph(scope, graph, path));
  if (scope.leg && path) moveLeg(scope.leg, path, new GraphShape(graph));
}

/** An op beside this one may change the run's status in between. */
const NOTES = 3;

async function noteGraph(
  { record }: RunScope,
  graph: readonly unknown[],
  path: readonly number[] | undefined,
) {
  const begins = path && { begins: [...path] };
  for (let tries = 0; tries < NOTES; tries++) {
    const row = await record.load();
    if (!row) return;
    const inngest = { ...row.inngest, graph: [...graph], ...begins };
    if (await record.move(row.status, { inngest }, [row.status])) return;
  }
}

/** Where a leg began, in the graph of the version that began it. */
function placeOf({ resume, timeTravel, restart }: LegStart): { stepId: string; path?: number[] } | undefined {
  const stepId = (resume ?? timeTravel)?.steps[0] ?? Object.keys(restart?.activeStepsPath ?? {})[0];
  const path = resume?.resumePath ?? timeTravel?.executionPath ?? restart?.activeStepsPath[stepId ?? ''];
  return stepId === undefined ? undefined : { stepId, path };
}

function moveLeg(leg: LegStart, path: readonly number[], { places }: GraphShape): void {
  const { resume, timeTravel, restart } = leg;
  if (resume) leg.resume = { ...resume, resumePath: [...path] };
  if (timeTravel) leg.timeTravel = { ...timeTravel, executionPath: [...path] };
  if (!restart) return;
  const active = places.filter(one => one.path[0] === path[0] && one.id in restart.activeStepsPath);
  leg.restart = {
    ...restart,
    activePaths: path.slice(0, 1),
    activeStepsPath: Object.fromEntries(active.map(one => [one.id, [...one.path]])),
  };
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
