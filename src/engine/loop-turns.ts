import type { ObservabilityContext } from '@mastra/core/observability';
import { selectFields } from '@mastra/core/utils';
import type { LoopParams, StepParams } from '../core-types';
import { storableError } from '../wire/storable-error';
import type { RunTrace } from './run-trace';
import type { RunScope } from './scope';
import type { SpanRef } from './span-ref';
import type { ConditionOutcome } from './step-memo';

/** What core shows of a turn's output in the span of its condition (source: @mastra/core, `executeLoop`). */
const SHOWN = ['stepResult', 'output.text', 'output.object', 'messages'];

/** The condition of one loop, and what it said in each turn. */
export class LoopTurns {
  private readonly outcomes = new Map<number, ConditionOutcome>();

  constructor(private readonly entry: LoopParams['entry']) {}

  /** Calls the user's condition; only ever inside an op. `span`: has begun. */
  async evaluate(
    trace: RunTrace,
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
  span(trace: RunTrace, { options }: RunScope, params: StepParams, output: unknown): SpanRef | undefined {
    return trace.child(params.tracingContext?.currentSpan, this.spanId(params), {
      type: 'workflow_conditional_eval',
      name: `condition: '${this.entry.loopType}'`,
      input: selectFields(output, SHOWN) as unknown,
      attributes: { conditionIndex: (params.iterationCount ?? 1) - 1 },
      tracingPolicy: options.tracingPolicy,
    });
  }
}

/** The value of an answer; throws what the condition threw. */
export function conditionValue(outcome: ConditionOutcome): boolean {
  if ('thrown' in outcome) throw outcome.thrown;
  return outcome.value;
}
