/** A workflow of this package inside another: one `step.invoke`, and nothing else of the parent's (I1). */
import type { AnyStepResult, StepParams, StepReturn } from '../core-types';
import type { NestableWorkflow } from '../brand';
import { invokedRunId } from '../wire/ids';
import { serializedContext } from '../wire/request-context';
import { type Ancestor, type AncestorSpan, buildStartData } from '../wire/start-event';
import type { NestedOutcome } from './nested-outcome';
import { finishStep } from './apply-step';
import type { EngineParts } from './engine-parts';
import { itemOf } from './foreach-progress';
import { type InnerEngine, InlinedRun } from './inlined';
import { isInlined } from './plan';
import { type InvokeAttachments, handOver } from './hand-over';
import { nestedStepSpan } from './run-trace';
import { type NestedLeg, continuedResult, infoOfEarlierResume, nestedLeg } from './nested-leg';
import { type Refusal, refusalOf, unseal, unsealFailure } from '../wire/outcome';

/** A nested run that reported its end itself has published what it was given to publish. */
interface Reported extends NestedOutcome {
  ran?: boolean;
}

/**
 * Invokes the nested workflow's function, or executes its graph here where it has none, and makes the step's result of how that ended.
 * @param engineOf makes the engine that executes an inlined workflow
 */
export async function executeNestedWorkflow(
  parts: EngineParts,
  params: StepParams,
  child: NestableWorkflow,
  engineOf: (parts: EngineParts) => InnerEngine,
): Promise<StepReturn> {
  const inlined = isInlined(child) ? new InlinedRun(parts, params, child) : undefined;
  const { executionContext } = params;
  const leg = nestedLeg(parts, params, child);
  const stepInfo = leg ? leg.stepInfo : infoOfEarlierResume(parts, params);
  // A continued run is not retried.
  const { attempts = 0, delay = 0 } = leg ? {} : executionContext.retryConfig;
  // As core does, a nested workflow that failed is tried again by its parent's retryConfig: each time as a run of its own.
  for (let retry = 0; ; retry++) {
    const id = parts.ids.of(params, retry);
    const runId = leg?.runId ?? (inlined ? parts.scope.runId : invokedRunId(parts.scope.legName, id));
    const current = { id, callId: parts.ids.of(params), runId, retry, left: attempts - retry, leg, stepInfo };
    const outcome = await (inlined?.execute(current, engineOf) ?? attempt(parts, params, child, current));
    if (retry >= attempts || !mayRetry(outcome)) return apply(parts, params, outcome, current);
    // The next try begins with the state that this one left.
    Object.assign(executionContext.state, outcome.state);
    if (delay > 0) await parts.operations.sleep(parts.ids.retryPause(params, retry + 1), delay);
  }
}

/** One try of a nested workflow. */
export interface Attempt {
  id: string;
  /** The op id of the first try: all tries are one call of the step. */
  callId: string;
  runId: string;
  retry: number;
  /** How many tries follow if this one fails. */
  left: number;
  /** Where the nested run goes on instead of beginning. */
  leg?: NestedLeg;
  /** What is shown of the parent's step, where more is known of it than its input. */
  stepInfo?: Record<string, unknown>;
}

function mayRetry({ result }: NestedOutcome): boolean {
  return result.status === 'failed' && !(result as { nonRetryable?: boolean }).nonRetryable;
}

async function attempt(
  parts: EngineParts,
  params: StepParams,
  child: NestableWorkflow,
  current: Attempt,
): Promise<NestedOutcome> {
  const handed = handOver(parts.operations, parts.operations.callId(current.callId));
  const emits = parts.scope.options.emitStepEvents !== false;
  const item = handed && emits ? itemOf(params) : undefined;
  const attachments = { events: handed?.events, item: item?.foreach.item(item.index) };
  const data = startData(parts, params, child, current, attachments);
  parts.operations.toldOps.invoked(child.id, current.runId);
  const startedAt = Date.now();
  let ran: boolean | undefined;
  try {
    const outcome: Reported = await invoke(parts, current, child, data);
    ({ ran } = outcome);
    if (ran && !(current.left > 0 && mayRetry(outcome))) item?.foreach.hasReported(item.index);
    return outcome;
  } catch (error) {
    if (refusalOf(error, parts.scope.runId)) throw error;
    return failedToRun(unsealFailure<Refusal>(error)?.thrown ?? error, startedAt);
  } finally {
    handed?.settle(ran === true);
  }
}

function startData(
  parts: EngineParts,
  params: StepParams,
  child: NestableWorkflow,
  current: Attempt,
  { events, item }: InvokeAttachments,
) {
  const { scope, operations } = parts;
  const { runId, retry, left, leg } = current;
  const ancestor: Ancestor = {
    workflowId: scope.workflowId,
    runId: scope.runId,
    resourceId: scope.resourceId,
    owner: scope.inngestRunId,
    stepId: params.step.id,
    stepCallId: operations.callId(current.callId),
    at: operations.toldOps.at(),
    first: !operations.hasBegun,
    graph: operations.hasBegun ? undefined : scope.graph,
    unstored: operations.hasBegun || parts.persistence.wanted('running', {}) ? undefined : true,
    emits: !params.skipEmits && scope.options.emitStepEvents !== false,
    retry,
    retriesLeft: Math.max(0, left),
    isItem: params.executionContext.foreachIndex === undefined ? undefined : true,
    iteration: params.iterationCount,
    stepInfo: current.stepInfo,
    events: events?.length ? events : undefined,
    item,
    span: stepSpan(parts, params, current),
  };
  return buildStartData(
    {
      inputData: leg ? leg.inputData : params.prevOutput,
      initialState: leg?.data.kind === 'resume' ? undefined : params.executionContext.state,
      runId,
      resourceId: scope.resourceId,
      requestContext: serializedContext(params.requestContext),
      tracingOptions: parts.trace.root && scope.tracingOptions,
      perStep: params.perStep || undefined,
      disableScorers: params.disableScorers || undefined,
      actor: params.actor,
      sender: {
        validated: false,
        ancestors: [...claimable(scope.ancestors, ancestor.first), ancestor],
        validateInputs: scope.options.validateInputs,
      },
      leg: leg?.data,
    },
    child.id,
  );
}

/** All tries are one span. */
function stepSpan(
  { scope, trace }: EngineParts,
  { tracingContext, step, entryDescription, entryMetadata }: StepParams,
  { callId }: Attempt,
): AncestorSpan | undefined {
  const span = trace.child(tracingContext?.currentSpan, callId, nestedStepSpan(step.id));
  const attributes = { entryDescription, entryMetadata };
  return (
    span && {
      traceId: span.traceId,
      id: span.id,
      above: span.above.map(({ id, options }) => ({ id, type: options.type })),
      resumed: trace.resumed,
      tracingPolicy: scope.options.tracingPolicy,
      attributes: entryDescription || entryMetadata ? attributes : undefined,
    }
  );
}

/** A nested run does an ancestor's first op only where nothing of this run was executed before. */
function claimable(ancestors: readonly Ancestor[], first: boolean): Ancestor[] {
  return ancestors.map(({ events, ...ancestor }) => ({
    ...ancestor,
    first: ancestor.first && first,
    // Published by this run's first op, if there was one.
    ...(first && events ? { events } : {}),
  }));
}

async function invoke(
  parts: EngineParts,
  { id, leg }: Attempt,
  child: NestableWorkflow,
  data: ReturnType<typeof buildStartData>,
): Promise<Reported> {
  try {
    const target = leg ? child.getResumeFunction() : child.getFunction();
    const returned = await parts.operations.invoke(id, target, data);
    const outcome = unseal<NestedOutcome>(returned);
    if (outcome) return { ...outcome, ran: true };
    // Inngest *resolves* the invoke of a cancelled function, with the whole event of its end.
    return { result: { status: 'canceled', startedAt: 0, endedAt: 0 } };
  } catch (error) {
    const failure = unsealFailure<NestedOutcome>(error);
    if (failure?.result) return { ...failure, ran: true };
    throw error;
  }
}

/** The child's function could not report an end of its own: unknown to the server, timed out, out of attempts. */
function failedToRun(error: unknown, startedAt: number): NestedOutcome {
  return { result: { status: 'failed', error, startedAt, endedAt: startedAt } as NestedOutcome['result'] };
}

function apply(
  parts: EngineParts,
  params: StepParams,
  outcome: NestedOutcome,
  { runId, stepInfo }: Attempt,
): StepReturn {
  const { step, executionContext, iterationCount, abortController } = params;
  const result = {
    ...(outcome.samePayload ? { payload: params.prevOutput as unknown } : {}),
    ...(stepInfo ? continuedResult(outcome.result, stepInfo) : outcome.result),
    metadata: { ...(iterationCount ? { iterationCount } : {}), nestedRunId: runId },
  } as unknown as AnyStepResult;
  if (outcome.suspends) {
    executionContext.suspendedPaths[step.id] = executionContext.executionPath;
    // At this level a label means the step that is the nested workflow; from there its own labels lead on.
    const { foreachIndex } = executionContext;
    for (const label of Object.keys(outcome.resumeLabels ?? {})) {
      executionContext.resumeLabels[label] = { stepId: step.id, foreachIndex };
    }
  }
  if ((result.status as string) === 'canceled' || outcome.aborted) abortController.abort();
  return finishStep(parts, params, result, outcome);
}
