/** What a leg's first op remembers, made from the stored run. Pure: the same row gives the same memo. */
import { createRestartExecutionParams, getStepIds, type StepFlowEntry } from '@mastra/core/workflows';
import type { LegStart } from '../engine/leg-start';
import { typedValues } from '../snapshot/typed-values';
import type { Snapshot } from '../snapshot/snapshot';
import { riderOf, visibleResults } from '../realtime/stored-events';
import { isRecord } from '../wire/json';
import type { Leg } from '../wire/leg';
import type { StartRequest } from '../wire/start-event';
import { continuedPlace } from './graph-fit';
import { interruption, passedSteps } from './interrupted';
import type { ResumeTarget } from '../snapshot/resume-target';
import { asCoreRun, travelParams } from './travel-params';

interface LegSource {
  snapshot: Snapshot;
  leg: Leg;
  start: StartRequest;
  graph: { id: string; steps: StepFlowEntry[] };
  target?: ResumeTarget;
  resumeData?: unknown;
  /** Name of the leg before, for a restart. */
  interrupted?: string;
  begun?: LegStart['begun'];
  elsewhere?: boolean;
  number: number;
  /** The time of the memo, in milliseconds since the epoch. */
  at: number;
}

/** @throws what core's `createTimeTravelExecutionParams` throws where graph and snapshot do not fit */
export function legMemo(source: LegSource, graph: readonly unknown[]): LegStart {
  const { snapshot, start, number, at } = source;
  const { context: stored, value } = typedValues(snapshot);
  const context = withoutGone(visibleResults(stored, source.leg.kind === 'restart'), source.graph.steps);
  return {
    number,
    startedAt: at,
    input: context.input,
    state: value,
    requestContext: snapshot.requestContext ?? {},
    resourceId: start.resourceId ?? snapshot.inngest?.resourceId,
    startEvent: snapshot.inngest?.startEvent,
    inlined: snapshot.inngest?.inlined,
    claim: source.leg.claim && { token: source.leg.claim.token, at },
    ...MEMOS[source.leg.kind](source, context, graph),
  };
}

/** Leaves out suspended steps that the workflow has no more: nobody can resume them. */
function withoutGone(results: Record<string, unknown>, graph: readonly StepFlowEntry[]) {
  const ids = new Set(graph.flatMap(entry => getStepIds(entry)));
  const isGone = ([id, result]: [string, unknown]) =>
    isRecord(result) && result.status === 'suspended' && !ids.has(id);
  return Object.fromEntries(Object.entries(results).filter(entry => !isGone(entry)));
}

const MEMOS = { resume: resumeMemo, 'time-travel': travelMemo, restart: restartMemo };

function resumeMemo(
  { snapshot, target, resumeData, leg }: LegSource,
  context: Record<string, unknown>,
  graph: readonly unknown[],
): Partial<LegStart> {
  const steps = target?.steps ?? [];
  const [stepId = ''] = steps;
  const place = continuedPlace(snapshot, graph, stepId);
  const resume = {
    steps,
    stepResults: context,
    resumePayload: resumeData,
    resumePath: place && 'path' in place ? [...place.path] : snapshot.suspendedPaths[stepId],
    stepExecutionPath: snapshot.stepExecutionPath,
    forEachIndex: target?.forEachIndex,
    label: leg.label,
  };
  const { traceId, spanId } = (snapshot.tracingContext ?? {}) as NonNullable<LegStart['traced']>;
  const traced = traceId === undefined ? undefined : { traceId, spanId };
  return { resume: resume as LegStart['resume'], traced };
}

function travelMemo(source: LegSource, context: Record<string, unknown>): Partial<LegStart> {
  const { snapshot, leg, at } = source;
  const params = travelParams({ ...source, snapshot: { ...snapshot, context } });
  const state = params.state as Record<string, unknown>;
  const given = leg.context ?? {};
  dateUndated(params.stepResults, { ...context, ...given }, at);
  const timeTravel = params as LegStart['timeTravel'];
  return { timeTravel, state, input: params.stepResults.input as unknown, nestedRuns: nestedRuns(context) };
}

/** Core stamps the results that it makes up with the clock. They get the memo's time instead, so that the same row gives the same memo. */
function dateUndated(results: object, known: Record<string, unknown>, at: number): void {
  for (const [stepId, result] of Object.entries(results) as [string, unknown][]) {
    if (!isRecord(result) || stepId === 'input') continue;
    const before = isRecord(known[stepId]) ? known[stepId] : {};
    for (const field of ['startedAt', 'endedAt']) {
      if (field in result && before[field] === undefined) result[field] = at;
    }
  }
}

/** The runs of nested workflows, as their parents' steps keep them. */
function nestedRuns(context: Record<string, unknown>): LegStart['nestedRuns'] {
  const found = Object.entries(context).flatMap(([stepId, result]) => {
    const metadata = isRecord(result) && isRecord(result.metadata) ? result.metadata : {};
    return metadata.nestedRunId === undefined ? [] : [[stepId, metadata.nestedRunId] as const];
  });
  return Object.fromEntries(found) as LegStart['nestedRuns'];
}

function restartMemo(
  { snapshot, graph, interrupted, begun, elsewhere }: LegSource,
  context: Record<string, unknown>,
): Partial<LegStart> {
  const state = lastState(snapshot);
  const running: Snapshot = {
    ...snapshot,
    ...interruption(graph.steps, context, passedSteps(snapshot)),
    context,
    status: 'running',
  };
  const restart = createRestartExecutionParams({ snapshot: asCoreRun(running), graph });
  return { restart: { ...restart, state }, state, interrupted, begun, ...(elsewhere && { elsewhere }) };
}

/** The state that the last step set which set any: it rides in the step's stored progress. */
export function lastState(snapshot: Snapshot): Record<string, unknown> {
  const states = Object.values(snapshot.context)
    .filter(isRecord)
    .filter(result => isRecord(riderOf(result).state))
    // A step that was executing began with the state of all that ended before.
    .toSorted((one, other) => Number(one.endedAt ?? Infinity) - Number(other.endedAt ?? Infinity));
  return riderOf(states.at(-1)).state ?? snapshot.value;
}
