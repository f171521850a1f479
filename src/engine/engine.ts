import { DefaultExecutionEngine, getEntryId, resolveForeachConcurrency } from '@mastra/core/workflows';
import type {
  ConditionalParams,
  Context,
  EntryParams,
  EntryReturn,
  ExecuteParams,
  ForeachParams,
  LifecycleResult,
  LoopParams,
  ParallelParams,
  PersistParams,
  RunContextState,
  SleepParams,
  SleepUntilParams,
  StepParams,
  StepReturn,
} from '../core-types';
import { type ArmContext, BranchArms } from './branch';
import { callbackOp } from './callback-op';
import { executeDurableStep } from './durable-step';
import type { EngineParts } from './engine-parts';
import { withOwnPrior } from './prior-results';
import { ForeachProgress, itemOf } from './foreach-progress';
import { LoopTurns, type TurnContext, recallTurn } from './loop-turns';
import { executeNativeStep } from './native-step';
import { executeNestedWorkflow } from './nested';
import { executePure, hasPureControl, isPure } from './pure-entry';
import type { SpanEnd } from './run-trace';
import { SpanRef } from './span-ref';
import { isNativeStep, isNestable } from '../brand';
import { sleepDurably, sleepUntilDurably } from './sleep';

/** What core would have persisted and called at the end of `execute`; the run's last op does it instead. */
export interface RunEnd {
  persist?: PersistParams;
  callbacks?: LifecycleResult;
  /** The entry that was executed last, with the results up to there: all that is known where something throws. */
  reached?: EntryParams;
}

type ChildSpanParams = Parameters<DefaultExecutionEngine['createChildSpan']>[0];

/**
 * Core's engine for the control flow, with every side effect moved into durable ops. This class itself is replayed on
 * every request, so nothing in it may be observable from outside (I2).
 */
export class InngestExecutionEngine extends DefaultExecutionEngine {
  readonly end: RunEnd = {};

  constructor(private readonly parts: EngineParts) {
    const { mastra, options } = parts.scope;
    super({ mastra, options });
    this.__registerMastra(mastra);
  }

  override async execute<_State, _Input, TOutput>(params: ExecuteParams): Promise<TOutput> {
    return super.execute<unknown, unknown, TOutput>({ ...params, pubsub: this.parts.pubsub });
  }

  /**
   * Calls the user's `onStart`. It may refuse the run, so it comes before any step, once: in an op of its own.
   * @throws what `onStart` throws
   */
  async callOnStart(requestContext: Context, inputData: unknown, state: unknown): Promise<void> {
    const { workflowId, shownRunId: runId, resourceId, options } = this.parts.scope;
    if (!options.onStart) return;
    await callbackOp(this.parts, this.parts.ids.start, { requestContext }, async ({ context }) => {
      await this.invokeStartCallback({
        runId,
        workflowId,
        resourceId,
        getInitData: <T>() => inputData as T,
        requestContext: context.own,
        state: (state ?? {}) as Record<string, unknown>,
      });
      return { context: context.checkedChange('onStart', undefined) };
    });
  }

  override executeStep(given: StepParams): Promise<StepReturn> {
    const params = withOwnPrior(this.parts.scope, given);
    const item = itemOf(params);
    return item ? item.foreach.pool.run(item.index, () => this.perform(params)) : this.perform(params);
  }

  private perform(given: StepParams): Promise<StepReturn> {
    if (isPure(this.parts, given.step.id)) return executePure(this.parts, given);
    const params = this.hooked(given);
    if (isNativeStep(params.step)) return executeNativeStep(this.parts, params);
    const child: unknown = params.step;
    const engineOf = (parts: EngineParts) => new InngestExecutionEngine(parts);
    if (isNestable(child)) return executeNestedWorkflow(this.parts, params, child, engineOf);
    return executeDurableStep(this.parts, params);
  }

  /** A test may have another step executed, and is told of each. */
  private hooked(params: StepParams): StepParams {
    const { scope, ids } = this.parts;
    const { testHook } = scope.port;
    if (!testHook) return params;
    return { ...params, step: testHook.step(scope, params.step, ids.of(params)) as StepParams['step'] };
  }

  override async executeLoop(params: LoopParams) {
    const { entry } = params;
    if (hasPureControl(this.parts, getEntryId(entry.step))) return super.executeLoop(params);
    const turns = LoopTurns.begin(params);
    const condition = (context: TurnContext) => recallTurn(this.parts, params, turns, context);
    return super.executeLoop({
      ...params,
      entry: { ...entry, condition },
    });
  }

  override async executeConditional(params: ConditionalParams) {
    const arms = new BranchArms(this.parts, params, taken => this.placeArms(params, taken));
    const conditions = params.entry.conditions.map(
      (_condition, index) => (context: ArmContext) => arms.isTaken(index, context),
    );
    const entry = { ...params.entry, conditions };
    const result = await super.executeConditional({ ...params, entry });
    if (arms.failure) throw arms.failure.error;
    return result;
  }

  /**
   * Arms run at once and end in whatever order, but their results stand in the order of the graph, as core's do for a
   * parallel: so the place of each is kept before they begin.
   */
  private placeArms(
    { entry, stepResults, prevOutput, perStep, timeTravel }: ConditionalParams,
    taken: boolean[],
  ) {
    if (perStep || timeTravel) return;
    const { startedAt } = this.parts.times.latest();
    entry.steps.forEach((arm, index) => {
      const id = getEntryId(arm);
      if (taken[index] !== true || id in stepResults) return;
      stepResults[id] = { status: 'running', payload: prevOutput as unknown, startedAt };
    });
  }

  /** The answers are remembered already (`BranchArms`). */
  override async evaluateCondition(
    condition: ConditionalParams['entry']['conditions'][number],
    index: number,
    context: Parameters<typeof condition>[0],
  ) {
    return (await condition(context)) ? index : null;
  }

  override async executeParallel(params: ParallelParams) {
    // Core leaves `actor` out on the way to a parallel's steps.
    return super.executeParallel({ ...params, actor: params.actor ?? this.parts.scope.actor });
  }

  override async executeForeach(params: ForeachParams) {
    const concurrency = await this.foreachConcurrency(params);
    const entry = { ...params.entry, opts: { ...params.entry.opts, concurrency } };
    const pubsub = new ForeachProgress(params.pubsub, {
      stepId: bodyId(entry),
      totalCount: (params.prevOutput as unknown[] | undefined)?.length ?? 0,
      execution: this.parts.scope.legName,
    });
    const result = await super.executeForeach({ ...params, entry, pubsub });
    return this.dated(params.executionContext, result);
  }

  /** Core stamps what it makes of several ops with the clock of the replay; these times are the same on each. */
  private dated<T extends object>(context: RunContextState, result: T): T {
    const { startedAt, endedAt } = this.parts.times.of(context) ?? this.parts.times.latest();
    const times = { startedAt, endedAt, suspendedAt: endedAt, resumedAt: this.parts.scope.leg?.startedAt };
    const present = Object.entries(times).filter(([field]) => field in result);
    return { ...result, ...Object.fromEntries(present) };
  }

  private async foreachConcurrency(params: ForeachParams) {
    const { entry, stepResults, executionContext } = params;
    const { opts } = entry;
    const inputData: unknown = params.prevOutput;
    const argument = { inputData, getInitData: () => stepResults?.input as unknown };
    const isKnown = typeof opts?.concurrency !== 'function' || hasPureControl(this.parts, bodyId(entry));
    if (isKnown) return resolveForeachConcurrency(opts, argument);
    const id = this.parts.ids.concurrency(executionContext.executionPath, bodyId(entry));
    const body = async () => ({ concurrency: resolveForeachConcurrency(opts, argument) });
    const run = { ...params, given: { inputData } };
    const memo = await callbackOp(this.parts, id, run, body, { tellsWaiting: false });
    return memo?.concurrency ?? 1;
  }

  override async executeSleep(params: SleepParams): Promise<void> {
    await sleepDurably(this.parts, params);
  }

  override async executeSleepUntil(params: SleepUntilParams): Promise<void> {
    await sleepUntilDurably(this.parts, params);
  }

  override async executeEntry(params: EntryParams): Promise<EntryReturn> {
    this.end.reached = params;
    const returned = await super.executeEntry(params);
    const { entry, stepResults, executionContext } = params;
    if (entry.type !== 'sleep' && entry.type !== 'sleepUntil') return returned;

    // In the results and in what is returned: both get the remembered times.
    for (const result of [returned.result, stepResults[entry.id]]) {
      if (result) Object.assign(result, this.dated(executionContext, result));
    }
    return returned;
  }

  /** Spans of containers begin and end in the ops that come next. */
  override async createChildSpan(
    params: ChildSpanParams,
  ): ReturnType<DefaultExecutionEngine['createChildSpan']> {
    const { parentSpan, operationId, options, executionContext } = params;
    const { trace, operations } = this.parts;
    const id = this.parts.ids.span(operationId);
    const span = trace.child(parentSpan, id, options, executionContext.executionPath);
    if (span && !span.isSettled) operations.deferAction(() => trace.begin(span));
    return span?.asCoreSpan();
  }

  override async endChildSpan({ span, endOptions }: { span?: unknown; endOptions?: SpanEnd }): Promise<void> {
    this.endSpan(span, endOptions ?? {});
  }

  override async errorChildSpan({
    span,
    errorOptions,
  }: {
    span?: unknown;
    errorOptions: SpanEnd;
  }): Promise<void> {
    this.endSpan(span, errorOptions);
  }

  private endSpan(span: unknown, end: SpanEnd): void {
    const { trace, operations, times } = this.parts;
    if (!(span instanceof SpanRef) || span.isSettled) return;
    const startedAt = times.beganWithin(span.path);
    operations.deferAction(() => trace.finish(span, end, startedAt ?? Date.now()));
  }

  /** Core's persists around steps ride in the steps' ops; the last one of a run is kept for the last op. */
  override async persistStepUpdate(params: PersistParams): Promise<void> {
    const { phase, workflowStatus } = params;
    const last = ['terminal', 'workflow-end', 'per-step', 'canceled'];
    // Core before 1.60 names no phase.
    const isLast = phase ? last.includes(phase) : !['running', 'waiting'].includes(workflowStatus);
    if (isLast) this.end.persist = params;
  }

  override async invokeLifecycleCallbacks(result: LifecycleResult): Promise<void> {
    this.end.callbacks = result;
  }

  /** Everything that core wraps here and that is not overridden above publishes an event, which waits for the next op. */
  override async wrapDurableOperation<T>(_operationId: string, body: () => Promise<T>): Promise<T> {
    return body();
  }
}

/** The id of the step that a foreach runs for each item. */
function bodyId({ step }: ForeachParams['entry']): string {
  return step.type === 'step' ? step.step.id : step.id;
}
