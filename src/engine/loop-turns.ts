import type { ObservabilityContext } from '@mastra/core/observability';
import { selectFields } from '@mastra/core/utils';
import { getEntryId } from '@mastra/core/workflows';
import type { LoopParams, RunContextState, StepParams } from '../core-types';
import { storableError } from '../wire/storable-error';
import { callbackOp } from './callback-op';
import type { EngineParts } from './engine-parts';
import { SpanRef } from './span-ref';
import type { ConditionOutcome } from './step-memo';

/** What core shows of a turn's output in the span of its condition (source: @mastra/core, `executeLoop`). */
const SHOWN = ['stepResult', 'output.text', 'output.object', 'messages'];

/** The loops that are executed, by what core hands to their bodies. */
const running = new WeakMap<RunContextState, LoopTurns>();

/** The condition of one loop, and what it said in each turn. */
export class LoopTurns {
  private readonly outcomes = new Map<number, ConditionOutcome>();

  private constructor(private readonly entry: LoopParams['entry']) {}

  /** The turns of a loop that begins. */
  static begin({ entry, executionContext }: LoopParams): LoopTurns {
    const turns = new LoopTurns(entry);
    running.set(executionContext, turns);
    return turns;
  }

  /** The turns of the loop whose body the step is; undefined for any other step. */
  static of({ iterationCount, executionContext }: StepParams): LoopTurns | undefined {
    return iterationCount === undefined ? undefined : running.get(executionContext);
  }

  /** Calls the user's condition; only ever inside an op. `span`: has begun. */
  async evaluate(
    { trace }: EngineParts,
    span: SpanRef | undefined,
    argument: (observability: ObservabilityContext) => never,
  ): Promise<ConditionOutcome> {
    try {
      const value = Boolean(await this.entry.condition(argument(trace.contextOf(span))));
      if (span) trace.finish(span, { output: value });
      return { value };
    } catch (error) {
      return { thrown: storableError(error) };
    }
  }

  remember(iteration: number, outcome: ConditionOutcome): void {
    this.outcomes.set(iteration, outcome);
  }

  /** The answer for a turn whose op is done. */
  recall(iteration: number): ConditionOutcome | undefined {
    return this.outcomes.get(iteration);
  }

  /** The id by which core makes the span of a turn's condition. */
  spanId({ workflowId, runId, executionContext, iterationCount = 1 }: StepParams): string {
    const place = `loop.${executionContext.executionPath.join('-')}.eval.${iterationCount - 1}`;
    return `workflow.${workflowId}.run.${runId}.${place}.span.start`;
  }

  /** The same span for the op of the turn's step, which evaluates the condition before core comes to it. */
  span({ trace, scope }: EngineParts, params: StepParams, output: unknown): SpanRef | undefined {
    return trace.child(params.tracingContext?.currentSpan, this.spanId(params), {
      type: 'workflow_conditional_eval',
      name: `condition: '${this.entry.loopType}'`,
      input: selectFields(output, SHOWN) as unknown,
      attributes: { conditionIndex: (params.iterationCount ?? 1) - 1 },
      tracingPolicy: scope.options.tracingPolicy,
    });
  }
}

/** The value of an answer; throws what the condition threw. */
function conditionValue(outcome: ConditionOutcome): boolean {
  if ('thrown' in outcome) throw outcome.thrown;
  return outcome.value;
}

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
      const condition = await turns.evaluate(parts, span, observability =>
        callback.argument(params, { name: 'loop', inputData, observability }, { actor, iterationCount }),
      );
      return { condition, context: callback.context.checkedChange(id, id) };
    },
    { tellsWaiting: false },
  );
  if (span) span.isSettled = true;
  return outcome ? conditionValue(outcome.condition) : false;
}
