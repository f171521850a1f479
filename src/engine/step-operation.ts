/** One step's body, and what is remembered, stored and told of it: all that happens inside its op, once. */
import { noopLogger } from '@mastra/core/logger';
import type { AnyMastra, AnyStepResult, StepParams, StepReturn } from '../core-types';
import { stepEnded } from '../realtime/events';
import { storedCopy } from '../wire/decode';
import { sameValue, withoutUndefined } from '../wire/encode';
import type { Json } from '../wire/json';
import { storableError } from '../wire/storable-error';
import { Callback } from './callback-op';
import { contextValue } from './context-change';
import type { EngineParts } from './engine-parts';
import { itemOf } from './foreach-progress';
import { type KnownValues, knownOf } from './known-values';
import { LoopTurns } from './loop-turns';
import type { Operation } from './operations';
import { SealedFailure, asCoreError, seal, thrownFailure } from '../wire/outcome';
import { OutsideCancel } from './outside-cancel';
import type { SpanOptions } from './span-ref';
import { stateChange } from './state-change';
import { RetryLater, StepEngine } from './step-engine';
import { type ConditionOutcome, type StepOutcome, type StepPlace, sealWithin, unsealStep } from './step-memo';
import { StepProgress } from './step-progress';
import { requireStorable } from './storable-values';

/** The attempt failed; the next one comes after a durable pause. */
export interface PostponedRetry {
  retry: { attempt: number; delay: number; startedAt: number };
}

/** Items of a foreach, whose progress is told instead, and steps of workflows that want no events do not. */
export function tellsOfItself({ scope }: EngineParts, { skipEmits }: StepParams): boolean {
  return !skipEmits && scope.options.emitStepEvents !== false;
}

/** The result tells all that the op told, so the op may end before its events are sent, and a later request tells them again. */
export function mayTrail(
  parts: EngineParts,
  params: StepParams,
  id: string,
  { result, told }: StepOutcome,
): boolean {
  const isTold = told === undefined && tellsOfItself(parts, params);
  const succeeded = result.status === 'success' && !('resumePayload' in result);
  return isTold && succeeded && !parts.operations.toldOps.tellsMore(id);
}

/** What a step's memo is written and read with. */
function placeOf(parts: EngineParts, params: StepParams, known = knownOf(parts, params)): StepPlace {
  const { startedAt: since } = parts.scope;
  return { since, iteration: params.iterationCount, known };
}

/** What `StepOperation` returned. @throws TypeError for anything else */
export function readStep(parts: EngineParts, params: StepParams, memo: Json): StepOutcome | PostponedRetry {
  const outcome = unsealStep<PostponedRetry>(memo, placeOf(parts, params));
  if (outcome) return outcome;
  throw new TypeError('An op of this run returned something that this package did not make.');
}

/** A step's op whose body has come to its end. */
interface Performed {
  isolated: StepParams;
  returned: StepReturn;
  progress: StepProgress;
  began: number;
}

/** One execution of one step's op. */
export class StepOperation {
  private readonly engine: StepEngine;
  private readonly callback: Callback;
  /** Where the step is a loop's body. */
  private readonly turns: LoopTurns | undefined;
  private readonly prevOutput: unknown;
  private readonly known: KnownValues | undefined;
  private hasReported = false;

  constructor(
    private readonly parts: EngineParts,
    private readonly params: StepParams,
    private readonly operation: Operation,
    private readonly attempt: number,
    private readonly firstStartedAt: number | undefined,
  ) {
    const tools = parts.operations.guardedTools(params.step.id);
    this.known = knownOf(parts, params);
    this.turns = LoopTurns.of(params);
    this.callback = new Callback(parts, operation, params.requestContext);
    this.prevOutput = storedCopy<unknown>(params.prevOutput);
    const around = { prevOutput: this.prevOutput, context: this.context, known: this.known };
    this.engine = new StepEngine(parts.scope, tools, attempt, around, options => this.stepSpan(options));
  }

  /** Aborts the step, and so its run. */
  private get abort(): AbortController {
    return this.callback.abort;
  }

  /** The request context that user code is given. */
  private get context(): Callback['context'] {
    return this.callback.context;
  }

  /** One span for all attempts. A request that broke off and comes again begins the same span. */
  private stepSpan(options: SpanOptions): unknown {
    const { parts, params, attempt, firstStartedAt } = this;
    const { currentSpan } = params.tracingContext ?? {};
    const span = parts.trace.child(currentSpan, parts.ids.of(params), options);
    if (!span) return undefined;
    return attempt > 0 ? parts.trace.live(span, firstStartedAt) : parts.trace.begin(span, firstStartedAt);
  }

  async perform(): Promise<Json> {
    const began = Date.now();
    const isolated = this.isolatedParams();
    const progress = new StepProgress(this.parts, isolated, this.operation);
    let returned: StepReturn;
    try {
      returned = await progress.during(() =>
        OutsideCancel.during(this.parts.scope, this.abort, () => this.engine.executeStep(isolated)),
      );
    } catch (error) {
      // Core turns what a body throws into a result; what comes out here was thrown by something else, such as a schema.
      if (!(error instanceof RetryLater)) throw thrownFailure(error);
      const startedAt = this.firstStartedAt ?? began;
      return seal({
        retry: { attempt: error.nextAttempt, delay: error.delay, startedAt },
      } satisfies PostponedRetry);
    }
    return this.conclude({ isolated, returned, progress, began });
  }

  /** The body has run. Whatever goes wrong from here on is the step's failure: Inngest would run the body again. */
  private async conclude(performed: Performed): Promise<Json> {
    try {
      return await this.memo(performed, await this.outcome(performed));
    } catch (error) {
      if (error instanceof SealedFailure) throw error;
      return this.memo(performed, this.broken(performed, error));
    }
  }

  /** What is remembered of the step; stored and told only when it is known to be storable. */
  private async memo(performed: Performed, outcome: StepOutcome): Promise<Json> {
    const { progress } = performed;
    const { parts, params, operation } = this;
    const result = { ...outcome.result };
    this.reportItem(result);
    const told = parts.host ? operation.told() : operation.told(params.step.id, result);
    const outline = tellsOfItself(parts, params) && parts.operations.toldOps.outlineOf(told);
    if (outline) outcome.told = outline;
    // Of a planned graph, what a step has done to its input is not its input.
    if ('payload' in result && (parts.plan ?? sameValue(result.payload, params.prevOutput))) {
      delete (outcome.result as { payload?: unknown }).payload;
      outcome.samePayload = true;
    }
    const sealed = sealWithin(outcome, placeOf(parts, params, this.known));
    const state = outcome.state && performed.returned.mutableContext.state;
    await progress.save(result, this.context.kept(outcome.context), state, told);
    operation.releaseEvents();
    if (sealed instanceof SealedFailure) throw hasLogger(parts.scope.mastra) ? sealed.withoutStack() : sealed;
    if (mayTrail(parts, params, told.op, outcome)) operation.letEventsTrail();
    return sealed;
  }

  /** A failure that comes after the end of the body takes the place of what the body gave. */
  private broken({ returned, began }: Performed, error: unknown): StepOutcome {
    const { operation } = this;
    const { step, skipEmits } = this.params;
    const { startedAt = began, metadata } = returned.result as { startedAt?: number; metadata?: unknown };
    const result = withoutUndefined({
      status: 'failed',
      error: asCoreError(storableError(error)),
      startedAt: this.firstStartedAt ?? startedAt,
      endedAt: Date.now(),
      metadata,
    }) as unknown as StepOutcome['result'];
    const call = { id: step.id, stepCallId: operation.stepCallId };
    if (!skipEmits) for (const event of stepEnded(call, result)) operation.publish(event);
    return { result, samePayload: true };
  }

  /** An item of a foreach tells that it has ended, now and not with the next op. */
  private reportItem(result: AnyStepResult): void {
    const item = itemOf(this.params);
    if (this.hasReported) return;
    this.hasReported = true;
    if (!item || this.parts.scope.options.emitStepEvents === false) return;
    this.operation.publish(item.foreach.endOf(item.index, result));
  }

  /** User code may change what it is given; a replay would not see that, so the first pass must not either. */
  private isolatedParams(): StepParams {
    const { params, operation } = this;
    const pubsub = this.parts.pubsub.within(operation, {
      muteStarts: this.firstStartedAt !== undefined,
      endsWith: params.step.id,
    });
    const { executionContext } = params;
    return {
      ...params,
      prevOutput: this.prevOutput,
      requestContext: this.context.own,
      skipEmits: params.skipEmits,
      abortController: this.abort,
      pubsub,
      outputWriter: pubsub.outputWriter,
      executionContext: {
        ...executionContext,
        suspendedPaths: { ...executionContext.suspendedPaths },
        resumeLabels: { ...executionContext.resumeLabels },
        activeStepsPath: { ...executionContext.activeStepsPath },
        state: storedCopy(executionContext.state),
      },
    };
  }

  private async outcome({ isolated, returned }: Performed): Promise<StepOutcome> {
    const { params } = this;
    const result = withoutUndefined({ ...returned.result }) as StepOutcome['result'];
    if ('output' in returned.result) result.output = returned.result.output as unknown;
    if (this.firstStartedAt !== undefined) result.startedAt = this.firstStartedAt;
    const { mutableContext } = returned;
    // The condition may change the state that it is given, and the next turn has it then.
    if (this.turns)
      mutableContext.state = { ...storedCopy(params.executionContext.state), ...mutableContext.state };
    const { state } = mutableContext;
    const failed = result.status === 'failed';
    const change = failed ? this.context.storableChange() : this.context.change();
    const condition = await this.condition(isolated, result, state);
    const outcome: StepOutcome = { result, condition, context: change };
    if (condition) Object.assign(outcome, this.afterCondition(outcome, state));
    this.context.warn(params.step.id);
    outcome.state = stateChange(params.executionContext.state, state);
    const { suspendedPaths, resumeLabels } = isolated.executionContext;
    const added =
      Object.keys(suspendedPaths).length > Object.keys(params.executionContext.suspendedPaths).length;
    if (added || result.status === 'suspended') Object.assign(outcome, { suspendedPaths, resumeLabels });
    if (this.abort.signal.aborted) outcome.aborted = true;
    return outcome;
  }

  /** What a loop's condition changed is refused like anything else; the step has succeeded. */
  private afterCondition({ result }: StepOutcome, state: Record<string, unknown>): Partial<StepOutcome> {
    const { workflowId, runId } = this.parts.scope;
    const context = this.context.change();
    try {
      const output = { name: 'output', path: '$', value: result.output as unknown };
      const place = { workflowId, runId, stepId: this.params.step.id };
      requireStorable(
        [contextValue(context), output, { name: 'state', path: '$.state', value: state }],
        place,
      );
      return { context };
    } catch (error) {
      return { condition: { thrown: storableError(error) } };
    }
  }

  /** A loop's condition is evaluated in its body's op (I1), and what it throws is remembered apart from the body. */
  private async condition(
    isolated: StepParams,
    result: AnyStepResult,
    state: Record<string, unknown>,
  ): Promise<ConditionOutcome | undefined> {
    const { turns, params, parts, callback } = this;
    if (!turns || result.status !== 'success' || this.abort.signal.aborted) return undefined;
    const stepId = params.step.id;
    const given = {
      stepResults: { ...params.stepResults, [stepId]: result },
      executionContext: { ...isolated.executionContext, state },
    };
    const { actor, iterationCount } = params;
    const inputData = result.output as unknown;
    const span = turns.span(parts, params, inputData);
    if (span) parts.trace.begin(span);
    return turns.evaluate(parts, span, observability =>
      callback.argument(given, { name: 'loop', stepId, inputData, observability }, { actor, iterationCount }),
    );
  }
}

/** Core logs a step's failure with its stack, unless Mastra has no logger; it may have one of core's around none. */
function hasLogger(mastra: AnyMastra): boolean {
  const logger = mastra.getLogger() as object & { baseLogger?: object };
  return (logger.baseLogger ?? logger) !== noopLogger;
}
