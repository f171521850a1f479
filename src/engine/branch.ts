import { ErrorCategory, ErrorDomain, MastraError } from '@mastra/core/error';
import type { ConditionalParams, StepParams } from '../core-types';
import { reasonOf } from '../errors';
import { callbackArgument } from './condition';
import { type ContextChange, OpContext, applyContext } from './context-change';
import type { EngineParts } from './engine-parts';
import type { Operation } from './operations';
import { asCoreError, seal, unseal } from './outcome';
import { SpanRef } from './span-ref';
import { StepEngine } from './step-engine';
import { storableError } from '../wire/storable-error';

interface BranchMemo {
  arms: boolean[];
  context?: ContextChange;
  aborted?: boolean;
}

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
  const body = async (operation: Operation) => seal(await evaluate(parts, params, operation, spans));
  const memo = await parts.operations.runCallback(id, body, { tellsWaiting: false });
  for (const span of spans) if (span) span.isSettled = true;
  const outcome = unseal<BranchMemo>(memo);
  applyContext(params.requestContext, outcome?.context);
  if (outcome?.aborted) params.abortController.abort();
  return outcome?.arms ?? [];
}

async function evaluate(
  parts: EngineParts,
  params: ConditionalParams,
  operation: Operation,
  spans: Spans,
): Promise<BranchMemo> {
  const { scope, pubsub, operations, trace } = parts;
  const abort = new AbortController();
  const engine = new StepEngine(scope, operations.guardedTools(operation.id), 0);
  const own = new OpContext(scope, params.requestContext);
  const input = {
    scope,
    pubsub: pubsub.within(operation),
    name: 'conditional',
    callId: operation.stepCallId,
    stepResults: params.stepResults,
    executionContext: params.executionContext,
    requestContext: own.own,
    inputData: params.prevOutput as unknown,
    abort,
    engineContext: engine.getEngineContext(),
  };
  const arms = await Promise.all(
    params.entry.conditions.map(async (condition, index) => {
      const span = spans[index];
      try {
        const observability = trace.contextOf(span);
        const result = Boolean(
          await condition(callbackArgument({ ...input, observability }, { actor: params.actor })),
        );
        if (span) trace.finish(span, { output: result, attributes: { result } });
        return result;
      } catch (error) {
        refuse(parts, index, error, span);
        return false;
      }
    }),
  );
  const context = own.checkedChange(operation.id, operation.id);
  return { arms, context, ...(abort.signal.aborted ? { aborted: true } : {}) };
}

function refuse({ scope, trace }: EngineParts, arm: number, error: unknown, span: SpanRef | undefined): void {
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
