import type { LoopParams, StepParams } from '../core-types';
import { getEntryId } from '@mastra/core/workflows';
import { callbackArgument } from './condition';
import { type ContextChange, OpContext, applyContext } from './context-change';
import { type ConditionOutcome } from './durable-step';
import type { EngineParts } from './engine-parts';
import { type LoopTurns, conditionValue } from './loop-turns';
import type { Operation } from './operations';
import { seal, unseal } from './outcome';
import { SpanRef } from './span-ref';
import { StepEngine } from './step-engine';

interface ConditionMemo {
  condition: ConditionOutcome;
  context?: ContextChange;
  aborted?: boolean;
}

/** What core gives a loop's condition, as far as it is read here. */
export interface TurnContext {
  iterationCount: number;
  inputData: unknown;
  tracingContext: StepParams['tracingContext'];
}

/**
 * A loop condition's answer for the turn that core asks about: remembered with the turn's step, or, where the body is a
 * nested workflow, from an op of its own.
 */
export async function recallTurn(
  parts: EngineParts,
  params: LoopParams,
  turns: LoopTurns,
  context: TurnContext,
): Promise<boolean> {
  const iteration = context.iterationCount;
  const known = turns.recall(iteration);
  if (known) return conditionValue(known);
  const { executionContext, entry, abortController, requestContext } = params;
  const span: unknown = context.tracingContext?.currentSpan;
  const evaluated = span instanceof SpanRef ? span : undefined;
  const id = parts.ids.condition(executionContext.executionPath, getEntryId(entry.step), iteration);
  const body = async (operation: Operation) =>
    seal(await evaluate(parts, params, { turns, context, span: evaluated, operation }));
  const memo = await parts.operations.runCallback(id, body, { tellsWaiting: false });
  const outcome = unseal<ConditionMemo>(memo);
  if (evaluated) evaluated.isSettled = true;
  applyContext(requestContext, outcome?.context);
  if (outcome?.aborted) abortController.abort();
  return outcome ? conditionValue(outcome.condition) : false;
}

interface Turn {
  turns: LoopTurns;
  context: TurnContext;
  span: SpanRef | undefined;
  operation: Operation;
}

async function evaluate(
  parts: EngineParts,
  params: LoopParams,
  { turns, context, span, operation }: Turn,
): Promise<ConditionMemo> {
  const { scope, pubsub, operations, trace } = parts;
  const { stepResults, executionContext, actor } = params;
  const abort = new AbortController();
  const engine = new StepEngine(scope, operations.guardedTools(operation.id), 0);
  const own = new OpContext(scope, params.requestContext);
  const condition = await turns.evaluate(trace, span, observability =>
    callbackArgument(
      {
        scope,
        pubsub: pubsub.within(operation),
        name: 'loop',
        callId: operation.stepCallId,
        stepResults,
        executionContext,
        requestContext: own.own,
        inputData: context.inputData,
        observability,
        abort,
        engineContext: engine.getEngineContext(),
      },
      { actor, iterationCount: context.iterationCount },
    ),
  );
  const changed = own.checkedChange(operation.id, operation.id);
  return { condition, context: changed, ...(abort.signal.aborted ? { aborted: true } : {}) };
}
