/**
 * The leaf of every graph: one Mastra step as one durable op (I1). Its life: `StepOperation` executes the body inside the op, once,
 * and gives back what is remembered; that comes back from here, on the first pass and on every replay, and is applied to the run.
 */
import type { StepParams, StepReturn } from '../core-types';
import { eventsOfStep } from '../realtime/events';
import type { Json } from '../wire/json';
import { applyStep } from './apply-step';
import { type EngineParts, shownStep } from './engine-parts';
import { joinedStep, performJoined, takeJoined } from './joined';
import type { Operation } from './operations';
import { unsealFailure } from '../wire/outcome';
import type { StepOutcome } from './step-memo';
import { type PostponedRetry, mayTrail, readStep, tellsOfItself } from './step-operation';

/** Runs one step durably and applies what is remembered of it to the run. */
export async function executeDurableStep(
  parts: EngineParts,
  params: StepParams,
  /** Set where the step has been reported as started before its op (a native step), in milliseconds since the epoch. */
  reportedStart?: number,
): Promise<StepReturn> {
  const before = joinedStep(parts, params);
  if (before) return applyStep(parts, params, before);
  let startedAt = reportedStart;
  for (let retry = 0; ;) {
    const id = parts.ids.of(params, retry);
    const body = (operation: Operation) =>
      performJoined(parts, params, operation, { attempt: retry, startedAt });
    const outcome = await remembered(parts, params, parts.operations.run(id, body, { retold: true }));
    if (!('retry' in outcome)) {
      const returned = applyStep(parts, params, outcome);
      noteTold(parts, params, id, { ...outcome, result: { ...returned.result } });
      return returned;
    }
    parts.operations.toldByStep(id, shownStep(parts, params));
    ({ attempt: retry, startedAt } = outcome.retry);
    await parts.operations.sleep(parts.ids.retryPause(params, retry), outcome.retry.delay);
  }
}

/** The op `id` is done, in this request or before, and its result says what it told. */
function noteTold(parts: EngineParts, params: StepParams, id: string, outcome: StepOutcome): void {
  const { result, told: outline } = outcome;
  const call = { id: params.step.id, stepCallId: parts.operations.callId(id) };
  const report = tellsOfItself(parts, params) ? { result, outline } : { outline };
  // Made only where they are told again: this is passed for every remembered step of every request.
  const trailed = mayTrail(parts, params, id, outcome) ? () => eventsOfStep(call, result) : undefined;
  parts.operations.toldByStep(id, shownStep(parts, params), report, trailed);
}

async function remembered(
  parts: EngineParts,
  params: StepParams,
  op: Promise<Json>,
): Promise<StepOutcome | PostponedRetry> {
  try {
    return readStep(parts, params, takeJoined(parts, await op));
  } catch (error) {
    const failure = unsealFailure<StepOutcome & { thrown?: unknown }>(error);
    if (failure?.result) return failure;
    throw failure && 'thrown' in failure ? failure.thrown : error;
  }
}
