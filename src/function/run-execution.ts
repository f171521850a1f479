import { RequestContext } from '@mastra/core/request-context';
import type { Context, ExecuteParams, StepResults } from '../core-types';
import { type ContextImage, contextChange, contextImage, contextValue } from '../engine/context-change';
import { InngestExecutionEngine } from '../engine/engine';
import type { LegStart } from '../engine/leg-start';
import { continuedResult } from '../engine/nested-leg';
import type { Operation } from '../engine/operations';
import { stateChange } from '../engine/state-change';
import { GRAPH, SealedFailure, asCoreError, refusalOf, seal, unseal } from '../engine/outcome';
import { RunTrace } from '../engine/run-trace';
import type { RunScope } from '../engine/scope';
import { requireStorable } from '../engine/storable-values';
import { MastraInngestError } from '../errors';
import type { StepTools } from '../sdk/port';
import { emptySnapshot } from '../snapshot/identity';
import type { Snapshot } from '../snapshot/store';
import { packedStory } from '../realtime/stored-events';
import { decodeValue } from '../wire/decode';
import { encodeValue, sameValue } from '../wire/encode';
import type { Json } from '../wire/json';
import { jsonSize, LIMITS } from '../wire/limits';
import { serializedContext } from '../wire/request-context';
import { storableError } from '../wire/storable-error';
import type { Leg } from '../wire/leg';
import type { StartRequest } from '../wire/start-event';
import { type AncestorSpans, ancestorSpans } from './ancestor-spans';
import type { RunnableWorkflow } from './definition';
import { positionOf } from './execution-path';
import type { Identity } from './identity';
import { LegLoader } from './leg-load';
import {
  announceEnd,
  announceStart,
  beginningRuns,
  canceledRun,
  claimAncestors,
  publishHandedOver,
} from './lineage';
import { type RunResult, endedRun, nestedOutcome, thrownIn } from './nested-outcome';
import { callOnStart } from './start-callback';
import { ownershipOf } from './ownership';
import { type Prepared, prepareStart } from './prepare';
import { type Rest, settleRun, tellCanceled } from './run-end';
import { SourcedStart } from './sourced-start';
import type { Start } from './start-source';
import { completeContext } from './stored-context';
import { fitRunning, overBefore, storedUnderOther } from './version-change';

/** How core's engine came to an end, or what ended the run before it. */
interface Ending {
  rest: Rest;
  run: RunResult;
}

/** One execution request of one leg of a run. */
export class RunExecution {
  private readonly engine: InngestExecutionEngine;
  private readonly requestContext: Context;
  private readonly contextAtStart: ContextImage;
  private readonly above: AncestorSpans[];
  private readonly start: StartRequest;
  /** Where the start event does not bring the input. */
  private readonly sourced?: SourcedStart;
  private prepared?: Prepared;
  /** The run as another version of the workflow left it. */
  private storedBefore?: Snapshot;

  constructor(
    private readonly workflow: RunnableWorkflow,
    private readonly scope: RunScope,
    { request: start, source }: Start,
    step: StepTools,
    private readonly identity: Identity,
  ) {
    this.start = start;
    this.requestContext = new RequestContext(Object.entries(start.requestContext));
    // As it is now: what steps set in theirs comes later than the spans that are made from this.
    const requestContext: Context = new RequestContext(Object.entries(start.requestContext));
    this.above = ancestorSpans(scope.ancestors, start, requestContext);
    this.engine = new InngestExecutionEngine({
      scope,
      graph: workflow.stepGraph,
      step,
      begun: identity.begun,
      prologue: operation => this.begin(operation),
      trace: new RunTrace(scope, this.above.at(-1)?.step, {
        input: start.leg?.kind === 'restart' ? undefined : start.inputData,
        requestContext,
        tracingPolicy: scope.options.tracingPolicy,
        tracingOptions: this.above.length > 0 ? undefined : start.tracingOptions,
      }),
    });
    this.engine.actor = start.actor as never;
    this.sourced = source && new SourcedStart(workflow, source, this.requestContext);
    this.contextAtStart = contextImage(serializedContext(this.requestContext));
  }

  async execute(): Promise<unknown> {
    try {
      const leg = await this.continue();
      if (leg?.kind === 'ended') return this.answer(endedRun(leg.snapshot), 0);
      const over = await this.overBefore();
      if (over) return this.answer(endedRun(over), over.timestamp);
      const { rest, run } = this.storable(await this.runGraph());
      return this.answer(run, await this.finish(rest, run));
    } catch (error) {
      const refused = this.refusal(error);
      if (refused?.code !== 'RUN_CANCELED') throw error;
      if (refused.runId === this.scope.runId) await tellCanceled(this.engine, this.start);
      return this.answer({ status: 'canceled' }, 0);
    }
  }

  /** Why this run, or one that it is nested in, is not this execution's to go on with. */
  private refusal(error: unknown) {
    const { runId, ancestors } = this.scope;
    const runs = [runId, ...ancestors.map(ancestor => ancestor.runId)];
    return runs.map(id => refusalOf(error, id)).find(refused => refused !== undefined);
  }

  /** In the run's first op, before its body: take the run, say that it began. */
  private async begin(operation: Operation): Promise<void> {
    const { scope, engine } = this;
    await claimAncestors(scope.ancestors, scope.mastra, this.start).catch(async (error: unknown) => {
      // An earlier attempt of this op may have taken the run before its parent was cancelled.
      if (MastraInngestError.is(error) && error.code === 'RUN_CANCELED') await scope.record.move('canceled');
      throw error;
    });
    if (this.sourced && !this.prepared) {
      this.prepared = await this.sourced.take(scope.runId);
      engine.parts.trace.beginWith(this.prepared.inputData);
    }
    operation.holdEvents({ log: false });
    this.announce(operation);
    if (engine.parts.persistence.wanted('running', {})) {
      const { serializedStepGraph, stepGraph } = this.workflow;
      const input = this.inputData;
      const context = input === undefined ? {} : { input };
      const value = (this.prepared?.initialState ?? this.start.initialState ?? {}) as Record<string, unknown>;
      const fields = { context, value, serializedStepGraph, ...positionOf(stepGraph, { context }) };
      const initial = emptySnapshot(scope.runId, 'running', fields);
      const told = operation.eventCount > 0 ? { events: this.toldBy(operation) } : {};
      const outcome = await scope.record.claim({ ...ownershipOf(scope), ...told }, initial);
      if (outcome === 'canceled') throw canceledRun(scope);
    }
    operation.releaseEvents();
    this.beginSpans();
  }

  /** What the op told, for the row that begins with it. */
  private toldBy(operation: Operation): Json {
    const { runId } = this.scope;
    return packedStory({ ops: new Map([['', operation.told()]]), nested: [] }, runId);
  }

  private announce(operation: Operation): void {
    const { scope } = this;
    publishHandedOver(operation, scope.ancestors);
    for (const begun of beginningRuns(scope))
      announceStart(operation, begun, this.inputData, scope.startedAt);
  }

  private beginSpans(): void {
    const { scope, above } = this;
    const { trace } = this.engine.parts;
    if (!trace.root) return;
    for (const { ancestors } of beginningRuns(scope)) {
      const depth = ancestors.length;
      const step = above[depth - 1]?.step;
      if (step && ancestors.at(-1)?.retry === 0) trace.begin(step, scope.startedAt);
      const root = depth === scope.ancestors.length ? trace.root : above[depth]?.root;
      if (root) trace.begin(root, scope.startedAt);
    }
  }

  /** Where the run goes on: in its first op, what is stored of it becomes what the engine goes on with. */
  private async continue() {
    const { start, scope, engine, workflow } = this;
    if (!start.leg) return undefined;
    const loader = new LegLoader(
      workflow,
      { ...start, leg: start.leg },
      engine.parts,
      (operation, beginning) => {
        this.announce(operation);
        if (beginning.kind === 'continued') this.traceOn(beginning.leg);
        this.beginSpans();
      },
    );
    const beginning = await loader.load();
    if (beginning.kind === 'ended') await this.reportEnded(beginning.snapshot, start.leg);
    if (beginning.kind === 'continued') this.goOnWith(beginning.leg, scope);
    return beginning;
  }

  private goOnWith(leg: LegStart, scope: RunScope): void {
    const { stepResults } = leg.resume ?? leg.timeTravel ?? leg.restart ?? {};
    scope.leg = leg;
    scope.legResults = decodeValue(encodeValue(stepResults ?? {})) as StepResults;
    scope.resourceId = leg.resourceId;
    scope.startEvent = leg.startEvent;
    this.prepared = { inputData: leg.input, initialState: leg.state };
    this.traceOn(leg);
    completeContext(this.requestContext, leg.requestContext);
  }

  private traceOn(leg: LegStart): void {
    const requestContext: Context = new RequestContext(Object.entries(this.start.requestContext));
    completeContext(requestContext, leg.requestContext);
    this.engine.parts.trace.goOn(leg, requestContext);
  }

  /** The parent hears of a nested run's end from the nested run, also where it had ended before. */
  private async reportEnded(snapshot: Snapshot, leg: Leg): Promise<void> {
    const { operations, ids } = this.engine.parts;
    await operations.run(ids.finish, async operation => {
      announceEnd(operation, this.scope, this.parentResult(endedRun(snapshot), Date.now()));
      return seal({ kind: leg.kind });
    });
  }

  private async finish(rest: Rest, run: RunResult): Promise<number> {
    const { engine, scope } = this;
    const nested = scope.ancestors.length > 0;
    const body = async (operation: Operation) => {
      const endedAt = Date.now();
      const parentResult = nested ? this.parentResult(run, endedAt) : undefined;
      await settleRun(operation, engine, this.workflow, rest, parentResult, scope.startedAt);
      return seal({ endedAt });
    };
    const memo = await engine.parts.operations.run(engine.parts.ids.finish, body, { holds: true });
    return unseal<{ endedAt: number }>(memo)?.endedAt ?? 0;
  }

  private parentResult(run: RunResult, endedAt: number): Record<string, unknown> {
    const result = { ...this.outcome(run, endedAt).result, payload: this.inputData };
    const { stepInfo } = this.scope.ancestors.at(-1) ?? {};
    return stepInfo ? continuedResult(result, stepInfo) : result;
  }

  private get inputData(): unknown {
    return this.prepared ? this.prepared.inputData : this.start.inputData;
  }

  private async runGraph(): Promise<Ending> {
    const { engine, requestContext } = this;
    try {
      if (this.storedBefore) fitRunning(engine, this.scope, this.workflow, this.storedBefore);
      if (!this.scope.leg) {
        this.prepared = await this.prepare();
        // Core changes the state that it is given, and a nested run tells what became of it.
        const nested = this.scope.ancestors.length > 0;
        if (nested && !this.prepared.ownState) this.prepared.initialState = { ...this.stateAtStart };
        await callOnStart(engine, requestContext, this.prepared);
      }
      const run = await engine.execute<unknown, unknown, RunResult>(this.executeParams());
      const rest = { ...run, ...engine.end, status: run.status, stepResults: this.knownResults };
      return { rest: rest as Rest, run };
    } catch (error) {
      if (this.refusal(error)) throw error;
      return this.thrown(error);
    }
  }

  /** The run, if it has ended under another graph: what is new in this one is not executed any more. */
  private async overBefore(): Promise<Snapshot | undefined> {
    this.storedBefore = await storedUnderOther(this.identity, this.scope);
    const over = this.storedBefore && overBefore(this.storedBefore, this.scope);
    for (const [key, value] of Object.entries(over?.requestContext ?? {}))
      this.requestContext.set(key, value);
    return over;
  }

  private async prepare(): Promise<Prepared> {
    const { engine, workflow, start, requestContext, sourced } = this;
    const { parts } = engine;
    const onKnown = (prepared: Prepared) => {
      this.prepared = prepared;
      if (sourced) parts.trace.beginWith(prepared.inputData);
    };
    return sourced
      ? sourced.remember(parts, onKnown)
      : prepareStart(workflow, start, requestContext, parts, onKnown);
  }

  /** What a nested run hands to its parent goes through Inngest like what a step returns. */
  private storable(ending: Ending): Ending {
    const { scope, requestContext, contextAtStart } = this;
    const { status, result, state } = ending.run;
    if (scope.ancestors.length === 0 || status !== 'success') return ending;
    try {
      const context = contextChange(contextAtStart, serializedContext(requestContext));
      requireStorable(
        [
          { name: 'output', path: '$', value: result },
          { name: 'state', path: '$.state', value: state },
          contextValue(context),
        ],
        { workflowId: scope.workflowId, runId: scope.runId },
      );
      return ending;
    } catch (error) {
      return this.thrown(error);
    }
  }

  private thrown(thrown: unknown): Ending {
    const { reached } = this.engine.end;
    const state = reached?.executionContext.state;
    const run: RunResult = { status: 'failed', error: asCoreError(storableError(thrown)), state };
    const stepResults = reached?.stepResults ?? this.knownResults;
    return { rest: { ...run, persist: reached, thrown: true, stepResults } as unknown as Rest, run };
  }

  private get knownResults(): StepResults {
    return { ...this.scope.legResults, input: this.inputData } as unknown as StepResults;
  }

  private executeParams(): ExecuteParams {
    const { workflow, scope, start, prepared } = this;
    const nested = scope.ancestors.length > 0;
    const { resume, timeTravel, restart } = scope.leg ?? {};
    return {
      workflowId: workflow.id,
      runId: scope.shownRunId,
      resourceId: scope.resourceId,
      graph: { id: workflow.id, steps: workflow.stepGraph },
      serializedStepGraph: workflow.serializedStepGraph as never,
      input: prepared?.inputData,
      initialState: prepared?.initialState,
      resume,
      timeTravel,
      restart,
      pubsub: this.engine.parts.pubsub,
      retryConfig: workflow.retryConfig,
      requestContext: this.requestContext,
      actor: start.actor as never,
      abortController: new AbortController(),
      workflowSpan: this.engine.parts.trace.root as never,
      outputWriter: async chunk => this.engine.parts.pubsub.write(chunk as never),
      outputOptions: nested ? { includeState: true, includeResumeLabels: true } : start.outputOptions,
      disableScorers: start.disableScorers,
      perStep: start.perStep || undefined,
    };
  }

  private outcome(run: RunResult, endedAt: number) {
    const payload = { value: this.inputData, same: sameValue(this.inputData, this.start.inputData) };
    const change = contextChange(this.contextAtStart, serializedContext(this.requestContext));
    const { runId, startedAt, ancestors } = this.scope;
    const times = { startedAt, endedAt };
    const outcome = { ...nestedOutcome(run, runId, times, payload, change), state: this.stateForParent(run) };
    const { owner, runId: parentRunId, graph } = ancestors.at(-1) ?? {};
    return { ...outcome, run: { owner, runId: parentRunId }, [GRAPH]: graph };
  }

  private get stateAtStart(): Record<string, unknown> {
    return (this.start.initialState ?? {}) as Record<string, unknown>;
  }

  /**
   * In core, a nested run that begins works on its parent's state itself, so what others did to it meanwhile stays. Only where
   * the state is the run's own (its schema made it, or it was stored) does the run give it back whole, and not if it failed.
   */
  private stateForParent({ status, state }: RunResult): Record<string, unknown> | undefined {
    const isOwn = this.scope.leg !== undefined || this.prepared?.ownState === true;
    if (!isOwn) return state && stateChange(this.stateAtStart, state);
    return status === 'failed' || status === 'tripwire' ? undefined : state;
  }

  /** What Inngest keeps as the function's output. A failed run is a failed function, also in the dashboard (I4). */
  private answer(run: RunResult, endedAt: number): unknown {
    const { runId } = this.scope;
    const nested = this.scope.ancestors.length > 0 ? this.outcome(run, endedAt) : undefined;
    if (run.status === 'failed' || run.status === 'tripwire') {
      const { tripwire } = run as { tripwire?: { reason?: string } };
      const error = run.status === 'tripwire' ? tripwire?.reason : thrownIn(run);
      // What failed the run is in the log.
      throw new SealedFailure(error, nested ?? { runId, status: run.status }).withoutStack();
    }
    if (nested) return seal(nested);
    // Nobody but the dashboard reads it, and what Inngest does not take would fail a run that has ended well.
    return jsonSize(run) > LIMITS.stepOutput ? { status: run.status, runId } : { result: run, runId };
  }
}
