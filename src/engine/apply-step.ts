/** What a remembered step does to its run: the same on the first pass and on every replay. */
import type { AnyStepResult, StepParams, StepReturn } from '../core-types';
import { asCoreError } from '../wire/outcome';
import { type ContextChange, applyContext } from './context-change';
import type { EngineParts } from './engine-parts';
import { itemOf } from './foreach-progress';
import { LoopTurns } from './loop-turns';
import type { StepOutcome } from './step-memo';

/** Applies what is remembered of a step; nothing here is observable from outside (I2). */
export function applyStep(parts: EngineParts, params: StepParams, outcome: StepOutcome): StepReturn {
  const { executionContext, abortController } = params;
  const payload = outcome.samePayload ? { payload: params.prevOutput as unknown } : {};
  const result = { ...outcome.result, ...payload } as StepOutcome['result'];
  // Not the path that is remembered: that may be of a version in which the step stood elsewhere.
  if (outcome.suspendedPaths)
    executionContext.suspendedPaths[params.step.id] = executionContext.executionPath;
  Object.assign(executionContext.resumeLabels, outcome.resumeLabels);
  if (outcome.aborted) abortController.abort();
  const item = itemOf(params);
  item?.foreach.hasReported(item.index);
  const turns = LoopTurns.of(params);
  if (turns && outcome.condition) {
    turns.remember(params.iterationCount ?? 1, outcome.condition);
    parts.trace.settle(turns.spanId(params));
  }
  return finishStep(parts, params, result, outcome);
}

/** What every remembered step does to its run, and what core gets of it; also for a nested workflow's step. */
export function finishStep(
  parts: EngineParts,
  { step, executionContext, requestContext }: StepParams,
  result: AnyStepResult,
  { context, state }: { context?: ContextChange; state?: Record<string, unknown> },
): StepReturn {
  const { error } = result as { error?: unknown };
  if (error !== undefined) Object.assign(result, { error: asCoreError(error) });
  applyContext(requestContext, context);
  parts.times.record(executionContext, result);
  // As core's own step does: it is active no more, suspended or not.
  delete executionContext.activeStepsPath[step.id];
  const { suspendedPaths, resumeLabels } = executionContext;
  return {
    result,
    stepResults: { [step.id]: result },
    mutableContext: { state: state ?? executionContext.state, suspendedPaths, resumeLabels },
  };
}
