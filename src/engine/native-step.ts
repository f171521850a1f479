/** A step whose body uses Inngest's own step tools: two ops of ours around it, and the body replayed in between. */
import type { StepParams, StepReturn } from '../core-types';
import { createObservabilityContext } from '@mastra/core/observability';
import { callbackArgument } from './callback-argument';
import { executeDurableStep } from './durable-step';
import type { EngineParts } from './engine-parts';
import type { Operation } from './operations';
import { seal, unseal } from '../wire/outcome';
import { stepStarted } from '../realtime/events';
import { StepProgress } from './step-progress';
import { watchedTools } from './outside-cancel';
import { NATIVE_STEP, isNativeStep } from '../brand';
import { type Waiting, runsAgain, storeWaiting } from './waiting';

/** What a body did, to be done again inside the op that records it. */
interface BodyEffects {
  output?: unknown;
  thrown?: { error: unknown };
  state?: unknown;
  bailed?: { payload: unknown };
  suspended?: { payload: unknown; options: unknown };
}

type Execute = StepParams['step']['execute'];

/** Runs a native step. Its body is under Inngest's rules: what is observable in it belongs into `engine.step.…`. */
export async function executeNativeStep(parts: EngineParts, params: StepParams): Promise<StepReturn> {
  const { step, stepResults, executionContext } = params;
  const waiting =
    isNativeStep(step) && step[NATIVE_STEP] === 'waits'
      ? { entry: step, stepResults, executionContext }
      : undefined;
  const startedAt = await reportStart(parts, params, waiting);
  const effects = await performBody(parts, params);
  if (waiting) runsAgain(parts, waiting);
  const execute = ((inner: InnerContext) => repeat(effects, inner)) as unknown as Execute;
  const recorded = { ...step, execute, retries: 0 };
  return executeDurableStep(parts, { ...params, step: recorded }, startedAt);
}

async function reportStart(
  parts: EngineParts,
  params: StepParams,
  waiting: Waiting | undefined,
): Promise<number> {
  const { step, skipEmits } = params;
  const prevOutput: unknown = params.prevOutput;
  const id = parts.ids.nativeStart(params);
  const body = async (operation: Operation) => {
    const startedAt = Date.now();
    const call = { id: step.id, stepCallId: operation.stepCallId };
    if (!skipEmits) operation.publish(stepStarted(call, { payload: prevOutput, startedAt }));
    if (waiting) await storeWaiting(parts, waiting, operation);
    await new StepProgress(parts, params, operation).savePartial();
    operation.releaseEvents();
    return seal({ startedAt });
  };
  const memo = await parts.operations.run(id, body, { holds: true, retold: true });
  parts.operations.toldByStep(id, step.id);
  return unseal<{ startedAt: number }>(memo)?.startedAt ?? 0;
}

async function performBody(parts: EngineParts, params: StepParams): Promise<BodyEffects> {
  const { step, stepResults, executionContext, requestContext, abortController, actor } = params;
  const effects: BodyEffects = {};
  const { scope, pubsub } = parts;
  const argument = callbackArgument(
    {
      scope,
      pubsub,
      name: step.id,
      callId: step.id,
      stepResults,
      executionContext,
      requestContext,
      inputData: params.prevOutput,
      // Replayed with the body, so nothing of it is recorded: the step's span is that of the op that records the body.
      observability: createObservabilityContext(),
      abort: abortController,
      engineContext: { step: watchedTools(scope.nativeStep, scope, abortController) },
    },
    {
      ...continuation(params),
      actor,
      retryCount: 0,
      resourceId: scope.resourceId,
      outputWriter: pubsub.outputWriter,
      scorers: params.disableScorers === false ? undefined : step.scorers,
      validateInputs: scope.options.validateInputs,
      perStep: params.perStep,
      setState: async (state: unknown) => {
        effects.state = state;
      },
      suspend: async (payload: unknown, options: unknown) => {
        effects.suspended = { payload, options };
      },
      bail: (payload: unknown) => {
        effects.bailed = { payload };
      },
    },
  );
  try {
    effects.output = await step.execute(argument);
  } catch (error) {
    effects.thrown = { error };
  }
  return effects;
}

/** With what the step goes on, where it does (source: @mastra/core, `executeStep`). */
function continuation({ step, stepResults, resume, restart }: StepParams): Record<string, unknown> {
  const prior = stepResults[step.id] as
    { status?: string; suspendPayload?: Record<string, unknown> } | undefined;
  const { __workflow_meta: _meta, ...suspendData } = prior?.suspendPayload ?? {};
  const wasSuspended = prior?.status === 'suspended';
  const isResumed = resume?.steps[0] === step.id;
  return {
    resumeData: isResumed ? (resume?.resumePayload as unknown) : undefined,
    suspendData: wasSuspended && prior.suspendPayload ? suspendData : undefined,
    resume: undefined,
    restart: Boolean(restart?.activeStepsPath[step.id]),
    timeTravel: undefined,
  };
}

interface InnerContext {
  setState(state: unknown): Promise<void>;
  suspend(payload: unknown, options: unknown): Promise<void>;
  bail(payload: unknown): void;
}

async function repeat(effects: BodyEffects, inner: InnerContext): Promise<unknown> {
  const { state, suspended, bailed, thrown, output } = effects;
  if (state !== undefined) await inner.setState(state);
  if (suspended) await inner.suspend(suspended.payload, suspended.options);
  if (bailed) inner.bail(bailed.payload);
  if (thrown) throw thrown.error;
  return output;
}
