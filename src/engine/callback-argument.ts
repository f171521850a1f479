import { PUBSUB_SYMBOL, STREAM_FORMAT_SYMBOL } from '@mastra/core/workflows/_constants';
import { createDeprecationProxy, getStepResult, runCountDeprecationMessage } from '@mastra/core/workflows';
import { ToolStream } from '@mastra/core/tools';
import type { ObservabilityContext } from '@mastra/core/observability';
import type { Context, RunContextState, StepResults } from '../core-types';
import type { RunEvent } from '../realtime/channel';
import type { RunPubSub } from './run-pubsub';
import type { RunScope } from './scope';

/** What conditions, sleep durations and the like are called with, apart from what is their own. */
export interface CallbackInput {
  scope: RunScope;
  pubsub: RunPubSub;
  /** Name of the writer's stream: `loop`, `conditional`, `sleep` … */
  name: string;
  callId: string;
  stepResults: StepResults;
  executionContext: RunContextState;
  requestContext: Context;
  inputData: unknown;
  /** Loggers, metrics and the span that the callback runs in. */
  observability: ObservabilityContext;
  abort: AbortController;
  engineContext: Record<string, unknown>;
}

/** The argument of a user's callback, as core builds it (source: @mastra/core, `handlers/control-flow` and `handlers/sleep`). */
export function callbackArgument(input: CallbackInput, extra: Record<string, unknown> = {}): never {
  const { scope, stepResults, executionContext, abort, pubsub } = input;
  const argument = {
    runId: scope.shownRunId,
    workflowId: scope.workflowId,
    mastra: scope.mastra,
    requestContext: input.requestContext,
    inputData: input.inputData,
    state: executionContext.state,
    retryCount: -1,
    ...input.observability,
    getInitData: () => stepResults.input,
    getStepResult: (step: never) => getStepResult(stepResults, step) as unknown,
    bail: () => {},
    abort: () => abort.abort(),
    [PUBSUB_SYMBOL]: pubsub,
    [STREAM_FORMAT_SYMBOL]: executionContext.format,
    engine: input.engineContext,
    abortSignal: abort.signal,
    writer: new ToolStream(
      { prefix: 'workflow-step', callId: input.callId, name: input.name, runId: scope.shownRunId },
      async chunk => pubsub.outputWriter(chunk as RunEvent),
    ),
    ...extra,
  };
  return createDeprecationProxy(argument, {
    paramName: 'runCount',
    deprecationMessage: runCountDeprecationMessage,
    logger: scope.mastra.getLogger(),
  }) as never;
}
