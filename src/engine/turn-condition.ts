import type { LoopParams } from '../core-types';
import { getEntryId } from '@mastra/core/workflows';
import { type ContextChange, OpContext, applyContext } from './context-change';
import { type ConditionOutcome } from './durable-step';
import type { EngineParts } from './engine-parts';
import { type LoopTurns, conditionValue } from './loop-turns';
import { seal, unseal } from './outcome';
import { requireStorable } from './storable-values';

interface ConditionMemo {
  condition: ConditionOutcome;
  context?: ContextChange;
  aborted?: boolean;
}

/**
 * A loop condition's answer for the turn that core asks about: remembered with the turn's step, or, where the body is a
 * nested workflow, from an op of its own.
 */
export async function recallTurn(
  parts: EngineParts,
  params: LoopParams,
  turns: LoopTurns,
  context: { iterationCount: number },
): Promise<boolean> {
  const iteration = context.iterationCount;
  const known = turns.recall(iteration);
  if (known) return conditionValue(known);
  const { scope } = parts;
  const { executionContext, entry, abortController } = params;
  const id = parts.ids.condition(executionContext.executionPath, getEntryId(entry.step), iteration);
  const body = async () => {
    const own = new OpContext(scope, params.requestContext);
    const argument = { ...context, requestContext: own.own };
    const condition = await turns.evaluate(argument as never);
    const change = own.change();
    own.warn(id);
    const place = { workflowId: scope.workflowId, runId: scope.runId, stepId: id };
    requireStorable([{ name: 'request context', path: '$.requestContext', value: change?.set }], place);
    return seal({
      condition,
      context: change,
      ...(abortController.signal.aborted ? { aborted: true } : {}),
    } satisfies ConditionMemo);
  };
  const memo = await parts.operations.runCallback(id, body, { tellsWaiting: false });
  const outcome = unseal<ConditionMemo>(memo);
  applyContext(params.requestContext, outcome?.context);
  if (outcome?.aborted) abortController.abort();
  return outcome ? conditionValue(outcome.condition) : false;
}
