import type { StepParams, StepResults } from '../core-types';
import { withoutEnd } from '../realtime/events';
import { nestedMeta } from '../snapshot/nested-meta';
import { derivedUuid, invokedRunId } from '../wire/ids';
import type { Leg } from '../wire/leg';
import type { NestableWorkflow } from '../brand';
import type { EngineParts } from './engine-parts';
import { priorResult } from './prior-results';

/** How a nested run goes on with its parent. */
export interface NestedLeg {
  data: Leg;
  runId: string;
  /** For a nested run that turns out never to have begun. */
  inputData?: unknown;
  /** What is shown of the parent's step while the nested run executes. */
  stepInfo: Record<string, unknown>;
}

/**
 * How the nested workflow of a step goes on, or undefined where it begins (source: @mastra/core, `executeStep` and
 * `Workflow.execute`).
 */
export function nestedLeg(
  parts: EngineParts,
  params: StepParams,
  child: NestableWorkflow,
): NestedLeg | undefined {
  if (!parts.scope.leg) return undefined;
  return travel(parts, params, child) ?? restart(parts, params) ?? resume(parts, params);
}

function travel(parts: EngineParts, params: StepParams, child: NestableWorkflow): NestedLeg | undefined {
  const { timeTravel, step } = params;
  const steps = timeTravel?.steps[0] === step.id ? timeTravel.steps.slice(1) : [];
  if (!timeTravel || steps.length === 0) return undefined;
  const nested = (timeTravel.nestedStepResults ?? {}) as Record<string, Record<string, unknown>>;
  return {
    data: {
      kind: 'time-travel',
      steps,
      resumeData: timeTravel.resumeData as unknown,
      context: nested[child.id] ?? {},
      nestedStepsContext: nested,
    },
    runId: earlierRun(parts, params) ?? derivedUuid('nested-travel', parts.scope.legName, step.id),
    inputData: timeTravel.inputData as unknown,
    stepInfo: stepInfo(params, undefined),
  };
}

/** The run that the nested workflow had when the parent executed last. */
function earlierRun({ scope }: EngineParts, { step, executionContext }: StepParams): string | undefined {
  return ofItem(scope.leg?.nestedRuns?.[step.id], executionContext.foreachIndex) ?? undefined;
}

/** Of a foreach each item has a run. */
function ofItem<T>(runs: T | T[], item = 0): T | undefined {
  return Array.isArray(runs) ? runs[item] : runs;
}

/** The interrupted leg gave the nested run its id; whether it began, the store knows. */
function restart(parts: EngineParts, params: StepParams): NestedLeg | undefined {
  const { step } = params;
  const { interrupted } = parts.scope.leg ?? {};
  if (interrupted === undefined || !params.restart?.activeStepsPath[step.id]) return undefined;
  const id = parts.ids.of(params);
  return {
    data: { kind: 'restart' },
    runId:
      suspendedRun(parts, params) ??
      elsewhereRun(parts, params) ??
      parts.scope.leg?.begun?.[id] ??
      invokedRunId(interrupted, id),
    inputData: params.prevOutput as unknown,
    stepInfo: stepInfo(params, undefined),
  };
}

/** A restart goes on with a suspended run only where what was suspended is gone from the nested workflow. */
function suspendedRun({ scope }: EngineParts, { step, stepResults, executionContext }: StepParams) {
  return nestedMeta(priorResult(scope, stepResults, step.id, executionContext.foreachIndex)).runId;
}

/** Where something else began the run: the nested run that the step names, or the one that Mastra calls as its parent is called. */
function elsewhereRun({ scope }: EngineParts, { step, stepResults, executionContext }: StepParams) {
  if (!scope.leg?.elsewhere) return undefined;
  const { foreachIndex: item } = executionContext;
  const { metadata } = (stepResults[step.id] ?? {}) as { metadata?: { nestedRunId?: unknown } };
  const own: unknown = ofItem(metadata?.nestedRunId, item);
  if (typeof own === 'string') return own;
  return item === undefined ? scope.runId : `${scope.runId}-foreach-${item}`;
}

function resume(parts: EngineParts, params: StepParams): NestedLeg | undefined {
  const { step, executionContext, resume: data, timeTravel } = params;
  const item = executionContext.foreachIndex;
  const prior = priorResult(parts.scope, params.stepResults, step.id, item);
  const { runId } = nestedMeta(prior);
  if (prior?.status !== 'suspended' || runId === undefined) return undefined;
  const isTarget = data?.steps[0] === step.id;
  const resumeData = (isTarget ? data?.resumePayload : timeTravel?.resumeData) as unknown;
  return {
    data: {
      kind: 'resume',
      steps: innerSteps(data?.steps),
      resumeData,
      label: data?.label,
      // The index is the item of the outermost foreach on the way.
      forEachIndex: item === undefined ? data?.forEachIndex : undefined,
    },
    runId,
    stepInfo: stepInfo(params, resumeData, prior),
  };
}

/** Left out where the way ends at the nested workflow: it finds its suspended step itself. */
function innerSteps(steps: string[] | undefined): string[] | undefined {
  return steps && steps.length > 1 ? steps.slice(1) : undefined;
}

/** Core's `stepInfo` of a step that goes on. */
function stepInfo(
  { step, stepResults, prevOutput, iterationCount }: StepParams,
  resumeData: unknown,
  prior: StepResults[string] | undefined = stepResults[step.id],
): Record<string, unknown> {
  const { metadata: _metadata, ...before } = withoutEnd({ ...prior });
  return {
    ...before,
    ...(resumeData ? { resumePayload: resumeData, resumedAt: 0 } : { payload: prevOutput as unknown }),
    status: 'running',
    ...(iterationCount ? { metadata: { iterationCount } } : {}),
  };
}

/**
 * What a step that begins has kept of how it went on before: core leaves the resume of a loop's turn in the results of the
 * turns after it.
 */
export function infoOfEarlierResume(
  { scope }: EngineParts,
  params: StepParams,
): Record<string, unknown> | undefined {
  const prior = params.stepResults[params.step.id];
  if (!scope.leg || !prior || params.executionContext.foreachIndex !== undefined) return undefined;
  const { resumedAt, ...info } = stepInfo(params, undefined, prior);
  return { ...info, keptResumedAt: resumedAt };
}

/** A step's info once it is known when the step went on, in milliseconds since the epoch. */
export function continued(stepInfo: Record<string, unknown>, at: number): Record<string, unknown> {
  const { keptResumedAt, ...info } = stepInfo;
  const kept = keptResumedAt === undefined ? {} : { resumedAt: keptResumedAt };
  return { ...info, ...kept, ...(info.resumedAt === undefined ? { startedAt: at } : { resumedAt: at }) };
}

/** The result of a step that went on: what it was before, and how the nested run ended. */
export function continuedResult(result: object, stepInfo: Record<string, unknown>): Record<string, unknown> {
  const { payload: _payload, startedAt, ...end } = result as Record<string, unknown>;
  return { ...continued(stepInfo, Number(startedAt)), ...end };
}
