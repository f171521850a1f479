/** A run that Inngest executes, called for the first time by a version with another graph than it began with. */
import { RequestContext } from '@mastra/core/request-context';
import type { EntryParams, StepResults } from '../core-types';
import { GraphChange } from '../engine/graph-change';
import { GraphShape } from '../engine/graph-shape';
import type { EngineParts } from '../engine/engine-parts';
import type { LegStart } from '../engine/leg-start';
import { typedValues } from '../snapshot/typed-values';
import { type Snapshot, isAtRest } from '../snapshot/snapshot';
import { visibleResults } from '../realtime/stored-events';
import { graphChanged } from './graph-fit';
import type { Identity } from './identity';
import { lastState } from './leg-memo';

/**
 * The stored run, where it began under another graph than this version's. A replay reads it only here: the memos hold no more of
 * the old graph than its fingerprint.
 */
export async function storedUnderOther(
  identity: Identity,
  { scope }: EngineParts,
): Promise<Snapshot | undefined> {
  const isSame = [...identity.graphs].every(graph => graph === scope.graph);
  return identity.begun && !isSame ? scope.record.load() : undefined;
}

/**
 * The stored run, where it has come to rest in this leg before or was continued in a later one: Inngest still asks this execution for
 * an answer.
 */
export function restedBefore(row: Snapshot, { scope }: EngineParts): Snapshot | undefined {
  const { leg, inngestRunId } = scope;
  const { number = 0 } = leg ?? {};
  const { leg: stored = 0, owner } = row.inngest ?? {};
  // Only the dashboard shows the answer of an earlier leg. A parent got its nested run's answer when that leg ended.
  if (stored > number) return { ...row, status: 'suspended' };
  return owner === inngestRunId && isAtRest(row.status) ? row : undefined;
}

/** How a run goes on under another graph. */
export interface Fit {
  /** The leg with the places of this graph. */
  leg?: LegStart;
  /** Why it can't, and how far it had come: so its end keeps what is stored of it, and it can be travelled in. */
  misfit?: { error: Error; reached: EntryParams };
}

/**
 * Checks that what is remembered of the run is its own also under this graph, and moves a later leg to where its step stands now.
 * A misfit ends the run before anything of it is executed.
 * @param row the stored run
 */
export function fitRunning({ scope, operations, serializedGraph: graph }: EngineParts, row: Snapshot): Fit {
  if (row.inngest?.owner !== scope.inngestRunId) return { leg: scope.leg };
  const { graph: fitted = row.serializedStepGraph, begins } = row.inngest;
  const first = scope.leg && placeOf(scope.leg);
  const place = first && { ...first, path: begins ?? first.path };
  const change = GraphChange.between(fitted, graph);
  const [misfit] = change?.replayed(row.context, place).misfits ?? [];
  if (misfit)
    return {
      misfit: { error: graphChanged(scope, misfit, 'time travel'), reached: reachedBefore(row, scope) },
    };
  const found = change && place && change.continuedAt(place.stepId, place.path);
  const path = found && 'path' in found ? found.path : place?.path;
  // What is executed from now on is of this graph, and it is this one that the next version is compared with.
  if (change) operations.beforeBody(() => noteGraph(scope, graph, path));
  return { leg: scope.leg && path ? moved(scope.leg, path, new GraphShape(graph)) : scope.leg };
}

/** An op beside this one may change the run's status in between. */
const NOTE_TRIES = 3;

async function noteGraph(
  { record }: EngineParts['scope'],
  graph: readonly unknown[],
  path: readonly number[] | undefined,
) {
  const begins = path && { begins: [...path] };
  for (let tries = 0; tries < NOTE_TRIES; tries++) {
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

function moved(leg: LegStart, path: readonly number[], { places }: GraphShape): LegStart {
  const { resume, timeTravel, restart } = leg;
  if (resume) return { ...leg, resume: { ...resume, resumePath: [...path] } };
  if (timeTravel) return { ...leg, timeTravel: { ...timeTravel, executionPath: [...path] } };
  if (!restart) return leg;
  const active = places.filter(one => one.path[0] === path[0] && one.id in restart.activeStepsPath);
  const activeStepsPath = Object.fromEntries(active.map(one => [one.id, [...one.path]]));
  return { ...leg, restart: { ...restart, activePaths: path.slice(0, 1), activeStepsPath } };
}

/** How far the run had come, as core hands it on. */
function reachedBefore(row: Snapshot, { workflowId, runId }: EngineParts['scope']): EntryParams {
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
    stepResults: visibleResults(typedValues(row).context) as StepResults,
    executionContext,
    requestContext: new RequestContext(Object.entries((row.requestContext ?? {}) as Record<string, never>)),
  } as unknown as EntryParams;
}
