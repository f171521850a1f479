import { DefaultExecutionEngine } from '@mastra/core/workflows';
import { MastraNonRetryableError } from '@mastra/core/error';
import { MastraInngestError } from '../errors';
import { sameValue } from '../wire/encode';
import { storableError } from '../wire/storable-error';
import { type OpContext, contextValue } from './context-change';
import type { KnownValues } from './known-values';
import type { RunScope } from './scope';
import type { SpanOptions } from './span-ref';
import { type NamedValue, requireStorable } from './storable-values';

/** A pause of at least this many milliseconds between attempts is made durable; a shorter one is waited for in the op. */
const DURABLE_PAUSE = 1000;

/** Leaves the op so that the pause before the next attempt survives a restart (I4). */
export class RetryLater extends TypeError {
  constructor(
    readonly nextAttempt: number,
    readonly delay: number,
  ) {
    super('The step is tried again after a durable pause.');
  }
}

const asked = new WeakSet<object>();

/** Thrown by a step's body that knows when it may be tried again, whatever the step's own retries are. */
export class RetryAsked extends TypeError {
  constructor(
    /** How often in all, the first try included. */
    readonly tries: number,
    /** Milliseconds until the next one. */
    readonly delay: number,
    cause: unknown,
  ) {
    super('The step asks to be tried again later.', { cause });
    asked.add(this);
  }

  /** By identity: `instanceof` asks what was thrown, and a Proxy may throw at that. */
  static is(thrown: unknown): thrown is RetryAsked {
    return typeof thrown === 'object' && thrown !== null && asked.has(thrown);
  }
}

type StepSpan = ReturnType<DefaultExecutionEngine['createStepSpan']>;
type StepSpanParams = Parameters<DefaultExecutionEngine['createStepSpan']>[0];
type RetryParams = Parameters<DefaultExecutionEngine['executeStepWithRetry']>[2];
type StartParams = Parameters<DefaultExecutionEngine['onStepExecutionStart']>[0];

/** What a step's op stores beside what the step returned. */
export interface StepSurroundings {
  /** What came before the step: stored once, so an equal payload takes no room. */
  prevOutput: unknown;
  context: OpContext;
  /** What the step is given, where its memo refers to that. */
  known?: KnownValues | undefined;
}

/**
 * Core's engine for one step inside its durable op: everything here happens once, so it may do as core does (validate,
 * publish, run, score). Only retries and the check of what comes out are ours.
 */
export class StepEngine extends DefaultExecutionEngine {
  private retryCount: number;
  private payload: unknown;

  constructor(
    private readonly scope: RunScope,
    private readonly guardedTools: unknown,
    private readonly firstAttempt: number,
    private readonly around?: StepSurroundings,
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

  override async createStepSpan(params: StepSpanParams): StepSpan {
    return this.stepSpan?.(params.options) as Awaited<StepSpan>;
  }

  /** The op's own snapshot write (after the body) says all of this. */
  override async persistStepUpdate(): Promise<void> {}

  override async onStepExecutionStart(params: StartParams): Promise<number> {
    this.payload = params.inputData;
    return super.onStepExecutionStart(params);
  }

  override async executeStepWithRetry<T>(stepId: string, runStep: () => Promise<T>, params: RetryParams) {
    for (let attempt = this.firstAttempt; ; attempt++) {
      this.retryCount = attempt;
      try {
        const result = await runStep();
        this.requireStorable(stepId, result);
        return { ok: true as const, result };
      } catch (error) {
        if (RetryAsked.is(error) && attempt + 1 < error.tries) throw new RetryLater(attempt + 1, error.delay);
        if (attempt >= params.retries || isFinal(error)) return this.classify<T>(stepId, error, params);
        if (params.delay >= DURABLE_PAUSE) throw new RetryLater(attempt + 1, params.delay);
        if (params.delay > 0) await new Promise(resolve => setTimeout(resolve, params.delay));
      }
    }
  }

  /**
   * Core's own mapping of an error to a failed result, with its logging and its span. It gets an error that stands for what was
   * thrown: it adds to an error, which may be frozen, and passes it on to events, stores and logs, which it may be too large for.
   */
  private classify<T>(stepId: string, thrown: unknown, params: RetryParams) {
    const error = storableError(thrown, { fallbackMessage: 'Unknown step execution error' });
    const fail = async (): Promise<T> => {
      throw error;
    };
    return super.executeStepWithRetry<T>(stepId, fail, { ...params, retries: 0, delay: 0 });
  }

  /** Refuses what can't be stored before core reports the step as done (I7). */
  protected requireStorable(operationId: string, result: unknown): void {
    const { workflowId, runId } = this.scope;
    const stepId = operationId.split('.step.').at(-1) ?? operationId;
    requireStorable([...valuesOf(result, this.around?.known), ...this.valuesAround()], {
      workflowId,
      runId,
      stepId,
    });
  }

  private valuesAround(): NamedValue[] {
    const { around, payload } = this;
    if (!around) return [];
    const context = contextValue(around.context.change());
    const isStored = payload !== around.prevOutput && !sameValue(payload, around.prevOutput);
    return isStored ? [context, { name: 'input', path: '$.payload', value: payload }] : [context];
  }
}

interface BodyResult {
  output?: unknown;
  suspended?: { payload?: unknown };
  bailed?: { payload?: unknown };
  contextMutations?: { stateUpdate?: unknown };
}

function valuesOf(result: unknown, known: KnownValues | undefined): NamedValue[] {
  const { output, suspended, bailed, contextMutations } = result as BodyResult;
  return [
    { name: 'output', path: '$', value: output, stored: known && (json => known.shorten(json)) },
    { name: 'suspend payload', path: '$.suspended.payload', value: suspended?.payload },
    { name: 'bail result', path: '$.bailed.payload', value: bailed?.payload },
    { name: 'state', path: '$.state', value: contextMutations?.stateUpdate },
  ];
}

/** Errors that another attempt can't mend. */
function isFinal(error: unknown): boolean {
  try {
    if (error instanceof MastraNonRetryableError) return true;
    if (MastraInngestError.is(error))
      return ['OUTPUT_NOT_SERIALIZABLE', 'OUTPUT_TOO_LARGE'].includes(error.code);
    return error instanceof Error && error.name === 'NonRetriableError';
  } catch {
    // One that can't even be asked.
    return false;
  }
}
