import type { LoopParams } from '../core-types';
import { getEntryId } from '@mastra/core/workflows';
import { type ConditionOutcome } from './durable-step';
import type { EngineParts } from './engine-parts';
import { type LoopTurns, conditionValue } from './loop-turns';
import { seal, unseal } from './outcome';

interface ConditionMemo {
  condition: ConditionOutcome;
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
  const { executionContext, entry, abortController } = params;
  const id = parts.ids.condition(executionContext.executionPath, getEntryId(entry.step), iteration);
  const body = async () => {
    const condition = await turns.evaluate(context as never);
    return seal({
      condition,
      ...(abortController.signal.aborted ? { aborted: true } : {}),
    } satisfies ConditionMemo);
  };
  const memo = await parts.operations.run(id, body, { tellsWaiting: false });
  const outcome = unseal<ConditionMemo>(memo);
  if (outcome?.aborted) abortController.abort();
  return outcome ? conditionValue(outcome.condition) : false;
}
