import { DefaultExecutionEngine } from '@mastra/core/workflows';
import { MastraNonRetryableError } from '@mastra/core/error';
import { MastraInngestError } from '../errors';
import { encodeValue, UnencodableValue } from '../wire/encode';
import { jsonSize, LIMITS } from '../wire/limits';
import type { RunScope } from './scope';
import type { SpanOptions } from './span-ref';

/** A pause of at least this many milliseconds between attempts is made durable; a shorter one is waited for in the op. */
const DURABLE_PAUSE = 1000;
/** Room in an op's 4 MiB for what accompanies a step's output: payload, state, times. */
const ENVELOPE = 64 * 1024;

/** Leaves the op so that the pause before the next attempt survives a restart (I4). */
export class RetryLater extends TypeError {
  constructor(
    readonly nextAttempt: number,
    readonly delay: number,
  ) {
    super('The step is tried again after a durable pause.');
  }
}

type StepSpanParams = Parameters<DefaultExecutionEngine['createStepSpan']>[0];
type RetryParams = Parameters<DefaultExecutionEngine['executeStepWithRetry']>[2];

/**
 * Core's engine for one step inside its durable op: everything here happens once, so it may do as core does (validate,
 * publish, run, score). Only retries and the check of what comes out are ours.
 */
export class StepEngine extends DefaultExecutionEngine {
  private retryCount: number;

  constructor(
    private readonly scope: RunScope,
    private readonly guardedTools: unknown,
    private readonly firstAttempt: number,
    /** Begins the step's span, or finds it where an attempt before has begun it. */
    private readonly stepSpan?: (options: SpanOptions) => unknown,
  ) {
    super({ mastra: scope.mastra, options: scope.options });
    this.__registerMastra(scope.mastra);
    this.retryCount = firstAttempt;
  }

  override getEngineContext(): Record<string, unknown> {
    return { step: this.guardedTools };
  }

  override getOrGenerateRetryCount(): number {
    return this.retryCount;
  }

  override async createStepSpan(params: StepSpanParams): Promise<never> {
    return this.stepSpan?.(params.options) as never;
  }

  /** The op's own snapshot write (after the body) says all of this. */
  override async persistStepUpdate(): Promise<void> {}

  override async executeStepWithRetry<T>(stepId: string, runStep: () => Promise<T>, params: RetryParams) {
    for (let attempt = this.firstAttempt; ; attempt++) {
      this.retryCount = attempt;
      try {
        const result = await runStep();
        this.requireStorable(stepId, result);
        return { ok: true as const, result };
      } catch (error) {
        if (attempt >= params.retries || isFinal(error)) return this.classify<T>(stepId, error, params);
        if (params.delay >= DURABLE_PAUSE) throw new RetryLater(attempt + 1, params.delay);
        if (params.delay > 0) await new Promise(resolve => setTimeout(resolve, params.delay));
      }
    }
  }

  /** Core's own mapping of an error to a failed result, with its logging and its span. */
  private classify<T>(stepId: string, error: unknown, params: RetryParams) {
    const fail = async (): Promise<T> => {
      throw error;
    };
    return super.executeStepWithRetry<T>(stepId, fail, { ...params, retries: 0, delay: 0 });
  }

  /** Refuses what can't be stored before core reports the step as done (I7). */
  private requireStorable(operationId: string, result: unknown): void {
    const { workflowId, runId } = this.scope;
    const stepId = operationId.split('.step.').at(-1) ?? operationId;
    const { output, suspended, bailed, contextMutations } = result as Record<string, unknown>;
    const place = { workflowId, runId, stepId };
    const stored = { suspended, bailed, state: (contextMutations as { stateUpdate?: unknown }).stateUpdate };
    let size: number;
    try {
      encodeValue(stored);
      size = jsonSize(encodeValue(output));
    } catch (error) {
      if (!(error instanceof UnencodableValue)) throw error;
      throw new MastraInngestError(
        'OUTPUT_NOT_SERIALIZABLE',
        `The output of step ${stepId} of workflow ${workflowId} can't be stored: ${error.message}. ` +
          'Return plain data (the values that can be stored are listed in docs/values.md).',
        { ...place, path: error.path },
        { cause: error },
      );
    }
    if (size > LIMITS.stepOutput - ENVELOPE) {
      throw new MastraInngestError(
        'OUTPUT_TOO_LARGE',
        `The output of step ${stepId} of workflow ${workflowId} has ${size} bytes, and Inngest stores at most ` +
          `${LIMITS.stepOutput} per step. Store it elsewhere and return a reference.`,
        place,
      );
    }
  }
}

/** Errors that another attempt can't mend. */
function isFinal(error: unknown): boolean {
  if (error instanceof MastraNonRetryableError) return true;
  if (MastraInngestError.is(error))
    return ['OUTPUT_NOT_SERIALIZABLE', 'OUTPUT_TOO_LARGE'].includes(error.code);
  return error instanceof Error && error.name === 'NonRetriableError';
}
