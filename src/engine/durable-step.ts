/**
 * The leaf of every graph: one Mastra step as one durable op (I1). Its life: `StepOperation` executes the body inside the op, once,
 * and gives back what is remembered; that comes back from here, on the first pass and on every replay, and is applied to the run.
 */
import type { AnyStepResult, StepParams, StepReturn } from '../core-types';
import { eventsOfStep } from '../realtime/events';
import { stepCallId } from '../realtime/stored-events';
import type { Json } from '../wire/json';
import { type ContextChange, applyContext } from './context-change';
import type { EngineParts } from './engine-parts';
import { itemOf } from './foreach-progress';
import type { LoopTurns } from './loop-turns';
import type { Operation } from './operations';
import { asCoreError, unsealFailure } from '../wire/outcome';
import { type StepOutcome, unsealStep } from './step-memo';
import { type PostponedRetry, StepOperation, mayTrail, tellsOfItself } from './step-operation';

/** Runs one step durably and applies what is remembered of it to the run. */
export async function executeDurableStep(
  parts: EngineParts,
  params: StepParams,
  turns: LoopTurns | undefined,
  /** Set where the step has been reported as started before its op (a native step), in milliseconds since the epoch. */
  reportedStart?: number,
): Promise<StepReturn> {
  let startedAt = reportedStart;
  for (let retry = 0; ;) {
    const id = parts.ids.of(params, retry);
    const body = (operation: Operation) =>
      new StepOperation(parts, params, turns, retry, startedAt).perform(operation);
    const outcome = await remembered(parts, params, parts.operations.run(id, body, { retold: true }));
    if (!('retry' in outcome)) {
      const returned = apply(parts, params, turns, outcome);
      noteTold(parts, params, id, { ...outcome, result: { ...returned.result } });
      return returned;
    }
    parts.operations.toldByStep(id, params.step.id);
    ({ attempt: retry, startedAt } = outcome.retry);
    await parts.operations.sleep(parts.ids.retryPause(params, retry), outcome.retry.delay);
  }
}

/** The op `id` is done, in this request or before, and its result says what it told. */
function noteTold(parts: EngineParts, params: StepParams, id: string, outcome: StepOutcome): void {
  const { result, told: outline } = outcome;
  const call = { id: params.step.id, stepCallId: stepCallId(parts.scope.legName, id) };
  const words = tellsOfItself(parts, params) ? { result, outline } : { outline };
  // Made only where they are told again: this is passed for every remembered step of every request.
  const trailed = mayTrail(parts, params, id, outcome) ? () => eventsOfStep(call, result) : undefined;
  parts.operations.toldByStep(id, params.step.id, words, trailed);
}

async function remembered(
  { scope }: EngineParts,
  { iterationCount: iteration }: StepParams,
  op: Promise<Json>,
): Promise<StepOutcome | PostponedRetry> {
  try {
    const outcome = unsealStep<PostponedRetry>(await op, { since: scope.startedAt, iteration });
    if (outcome) return outcome;
  } catch (error) {
    const failure = unsealFailure<StepOutcome & { thrown?: unknown }>(error);
    if (failure?.result) return failure;
    throw failure && 'thrown' in failure ? failure.thrown : error;
  }
  throw new TypeError('An op of this run returned something that this package did not make.');
}

/** The same on the first pass and on every replay: nothing here is observable from outside (I2). */
function apply(
  parts: EngineParts,
  params: StepParams,
  turns: LoopTurns | undefined,
  outcome: StepOutcome,
): StepReturn {
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
