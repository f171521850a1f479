import { ErrorCategory, ErrorDomain, MastraError } from '@mastra/core/error';
import type { ConditionalParams, StepParams } from '../core-types';
import { reasonOf } from '../errors';
import { type Callback, callbackOp } from './callback-op';
import type { EngineParts } from './engine-parts';
import { asCoreError } from '../wire/outcome';
import { SpanRef } from './span-ref';
import { storableError } from '../wire/storable-error';

/** What core gives a branch's condition, as far as it is read here. */
export interface ArmContext {
  tracingContext?: StepParams['tracingContext'];
}

/** The conditions of one branch: all are asked in one op (I1), once core has come to the last of them. */
export class BranchArms {
  private readonly spans: (SpanRef | undefined)[] = [];
  private asked = 0;
  private release: (answers: Promise<boolean[]>) => void = () => {};
  private readonly answers = new Promise<boolean[]>(resolve => {
    this.release = resolve;
  });
  /** Why there are no answers: core takes whatever comes out of a condition for the condition's own. */
  failure?: { error: unknown };

  constructor(
    private readonly parts: EngineParts,
    private readonly params: ConditionalParams,
    /** Told the answers before core has any of them. */
    private readonly onAnswers: (answers: boolean[]) => void,
  ) {}

  /** What core calls instead of the condition of an arm. */
  async isTaken(index: number, { tracingContext }: ArmContext): Promise<boolean> {
    const span: unknown = tracingContext?.currentSpan;
    this.spans[index] = span instanceof SpanRef ? span : undefined;
    this.asked += 1;
    if (this.asked === this.params.entry.conditions.length) this.release(this.evaluate());
    const answers = await this.answers;
    return answers[index] === true;
  }

  private async evaluate(): Promise<boolean[]> {
    try {
      const answers = await evaluateArms(this.parts, this.params, this.spans);
      this.onAnswers(answers);
      return answers;
    } catch (error) {
      this.failure = { error };
      return [];
    }
  }
}

type Spans = readonly (SpanRef | undefined)[];

/** One that throws counts as false and is logged, as in core. */
async function evaluateArms(parts: EngineParts, params: ConditionalParams, spans: Spans): Promise<boolean[]> {
  const id = parts.ids.branch(params.executionContext.executionPath);
  const body = async (callback: Callback) => {
    const asked = params.entry.conditions.map((_condition, arm) =>
      ask(parts, params, callback, arm, spans[arm]),
    );
    return { arms: await Promise.all(asked), context: callback.context.checkedChange(id, id) };
  };
  const given = { inputData: params.prevOutput as unknown, state: params.executionContext.state };
  const outcome = await callbackOp(parts, id, { ...params, given }, body, { tellsWaiting: false });
  for (const span of spans) if (span) span.isSettled = true;
  return outcome?.arms ?? [];
}

async function ask(
  parts: EngineParts,
  params: ConditionalParams,
  callback: Callback,
  arm: number,
  span: SpanRef | undefined,
): Promise<boolean> {
  const { entry, actor } = params;
  const inputData: unknown = params.prevOutput;
  try {
    const observability = parts.trace.contextOf(span);
    const own = { name: 'conditional', inputData, observability };
    const result = Boolean(await entry.conditions[arm]?.(callback.argument(params, own, { actor })));
    if (span) parts.trace.finish(span, { output: result, attributes: { result } });
    return result;
  } catch (error) {
    reportThrown(parts, arm, error, span);
    return false;
  }
}

function reportThrown(
  { scope, trace }: EngineParts,
  arm: number,
  error: unknown,
  span: SpanRef | undefined,
): void {
  const { workflowId, runId } = scope;
  const reason = reasonOf(error);
  scope.log.warn('A branch condition threw; its arm is not taken.', { workflowId, runId, arm, reason });
  const thrown = new MastraError(
    {
      id: 'WORKFLOW_CONDITION_EVALUATION_FAILED',
      domain: ErrorDomain.MASTRA_WORKFLOW,
      category: ErrorCategory.USER,
      details: { workflowId, runId },
    },
    asCoreError(storableError(error)),
  );
  if (span) trace.finish(span, { error: thrown, attributes: { result: false } });
}
