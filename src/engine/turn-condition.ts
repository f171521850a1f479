import type { LoopParams, StepParams } from '../core-types';
import { getEntryId } from '@mastra/core/workflows';
import { callbackOp } from './callback-op';
import type { EngineParts } from './engine-parts';
import { type LoopTurns, conditionValue } from './loop-turns';
import { SpanRef } from './span-ref';

/** What core gives a loop's condition, as far as it is read here. */
export interface TurnContext {
  iterationCount: number;
  inputData: unknown;
  tracingContext?: StepParams['tracingContext'] | undefined;
}

/**
 * A loop condition's answer for the turn that core asks about: remembered with the turn's step, or, where the body is a
 * nested workflow, from an op of its own.
 */
export async function recallTurn(
  parts: EngineParts,
  params: LoopParams,
  turns: LoopTurns,
  { iterationCount, inputData, tracingContext }: TurnContext,
): Promise<boolean> {
  const known = turns.recall(iterationCount);
  if (known) return conditionValue(known);
  const { executionContext, entry, actor } = params;
  const current: unknown = tracingContext?.currentSpan;
  const span = current instanceof SpanRef ? current : undefined;
  const id = parts.ids.condition(executionContext.executionPath, getEntryId(entry.step), iterationCount);
  const outcome = await callbackOp(
    parts,
    id,
    { ...params, given: { inputData, state: executionContext.state } },
    async callback => {
      const condition = await turns.evaluate(parts.trace, span, observability =>
        callback.argument(params, { name: 'loop', inputData, observability }, { actor, iterationCount }),
      );
      return { condition, context: callback.context.checkedChange(id, id) };
    },
    { tellsWaiting: false },
  );
  if (span) span.isSettled = true;
  return outcome ? conditionValue(outcome.condition) : false;
}
