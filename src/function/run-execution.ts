import type { SpanType } from '@mastra/core/observability';
import { RequestContext } from '@mastra/core/request-context';
import type { Context, EntryParams, ExecuteParams, StepResults } from '../core-types';
import { InngestExecutionEngine } from '../engine/engine';
import { type EngineParts, engineParts } from '../engine/engine-parts';
import { Operations } from '../engine/operations';
import { asCoreError, refusalOf, seal, unseal } from '../wire/outcome';
import type { RunScope } from '../engine/scope';
import type { StepTools } from '../sdk/port';
import type { Snapshot } from '../snapshot/snapshot';
import { storedCopy } from '../wire/decode';
import { storableError } from '../wire/storable-error';
import { tracedRun } from './ancestor-spans';
import type { RunnableWorkflow } from './definition';
import type { Identity } from './identity';
import { type LegBeginning, LegLoader } from './leg-load';
import { type RunResult, endedRun } from '../engine/nested-outcome';
import { announceEnd } from './parent-stream';
import { RunAnswer } from './run-answer';
import { RunBegin } from './run-begin';
import { type RunOutcome, settleRun, tellCanceled } from './run-end';
import { RunInput } from './run-input';
import { SourcedStart } from './sourced-start';
import type { Start } from './start-source';
import { type Fit, fitRunning, restedBefore, storedUnderOther } from './version-change';

/** How core's engine came to an end, or what ended the run before it. */
interface Ending {
  outcome: RunOutcome;
  run: RunResult;
}

/** One execution request of one leg of a run. */
export class RunExecution {
  private parts: EngineParts;
  private readonly requestContext: Context;
  private readonly input: RunInput;
  private readonly begin: RunBegin;
  private readonly answer: RunAnswer;

  constructor(
    private readonly workflow: RunnableWorkflow,
    scope: RunScope,
    { request, source }: Start,
    step: StepTools,
    private readonly identity: Identity,
  ) {
    this.requestContext = new RequestContext(Object.entries(request.requestContext));
    const sourced = source && new SourcedStart(workflow, source, this.requestContext);
    this.input = new RunInput(workflow, request, this.requestContext, sourced);
    const { trace, above } = tracedRun(scope, request);
    const operations = new Operations(step, scope, first => this.begin.take(first), identity.begun);
    this.parts = engineParts(scope, workflow, operations, trace);
    this.begin = new RunBegin(this.parts, this.input, above);
    this.answer = new RunAnswer(this.input, this.requestContext, this.parts.plan !== undefined);
  }

  private get start(): Start['request'] {
    return this.input.start;
  }

  private get scope(): RunScope {
    return this.parts.scope;
  }

  async execute(): Promise<unknown> {
    try {
      const ended = await this.continue();
      if (ended) return this.answer.of(this.scope, endedRun(ended), 0);
      const stored = await storedUnderOther(this.identity, this.parts);
      const rested = stored && restedBefore(stored, this.parts);
      if (rested) {
        for (const [key, value] of Object.entries(rested.requestContext ?? {}))
          this.requestContext.set(key, value);
        return this.answer.of(this.scope, endedRun(rested), rested.timestamp);
      }
      const { outcome, run } = await this.runGraph(stored);
      return this.answer.of(this.scope, run, await this.finish(outcome, run));
    } catch (error) {
      const refused = this.refusal(error);
      if (refused?.code !== 'RUN_CANCELED') throw error;
      if (refused.runId === this.scope.runId) await tellCanceled(this.parts, this.start.requestContext);
      return this.answer.of(this.scope, { status: 'canceled' }, 0);
    }
  }

  /** Why this run, or one that it is nested in, is not this execution's to go on with. */
  private refusal(error: unknown) {
    const { runId, ancestors } = this.scope;
    const runs = [runId, ...ancestors.map(ancestor => ancestor.runId)];
    return runs.map(id => refusalOf(error, id)).find(refused => refused !== undefined);
  }

  /**
   * Where the run goes on: in its first op, what is stored of it becomes what the engine goes on with. Answers the stored run
   * where it has ended.
   */
  private async continue(): Promise<Snapshot | undefined> {
    const { leg } = this.start;
    if (!leg) return undefined;
    const loader = new LegLoader(this.workflow, { ...this.start, leg }, this.parts, this.begin);
    const beginning = await loader.load();
    if (beginning.kind === 'continued') this.goOnWith(beginning);
    if (beginning.kind !== 'ended') return undefined;
    await this.reportEnded(beginning.snapshot, leg.kind);
    return beginning.snapshot;
  }

  private goOnWith({ leg }: Extract<LegBeginning, { kind: 'continued' }>): void {
    const { operations, trace } = this.parts;
    const { stepResults } = leg.resume ?? leg.timeTravel ?? leg.restart ?? {};
    const { resourceId, startEvent } = leg;
    const legResults: StepResults = storedCopy(stepResults ?? {});
    this.parts = { ...this.parts, scope: { ...this.scope, leg, legResults, resourceId, startEvent } };
    this.input.prepared = { inputData: leg.input, initialState: leg.state };
    operations.toldOps.goesOn(leg.number);
    trace.goOn(leg);
    // What was stored holds where this leg's caller gives nothing else.
    for (const [key, value] of Object.entries(leg.requestContext)) {
      if (!this.requestContext.has(key)) this.requestContext.set(key, value);
    }
  }

  /** The parent hears of a nested run's end from the nested run, also where it had ended before. */
  private async reportEnded(snapshot: Snapshot, kind: string): Promise<void> {
    const { operations, ids, scope } = this.parts;
    await operations.run(ids.finish, async operation => {
      const result = this.answer.parentResult(scope, endedRun(snapshot), Date.now());
      if (result) announceEnd(operation, scope, result);
      return seal({ kind });
    });
  }

  private async finish(outcome: RunOutcome, run: RunResult): Promise<number> {
    const { operations, ids, scope } = this.parts;
    const memo = await operations.run(
      ids.finish,
      async operation => {
        const endedAt = Date.now();
        const parentResult = this.answer.parentResult(scope, run, endedAt);
        await settleRun(operation, this.parts, outcome, parentResult);
        return seal({ endedAt });
      },
      { holds: true },
    );
    return unseal<{ endedAt: number }>(memo)?.endedAt ?? 0;
  }

  /** `stored`: the run as another version of the workflow left it. */
  private async runGraph(stored: Snapshot | undefined): Promise<Ending> {
    const fit: Fit = stored ? fitRunning(this.parts, stored) : { leg: this.scope.leg };
    const { leg, misfit } = fit;
    if (misfit) return this.thrown(misfit.error, misfit.reached);
    this.parts = { ...this.parts, scope: { ...this.scope, leg } };
    const engine = new InngestExecutionEngine(this.parts);
    try {
      if (!leg) {
        await this.input.prepare(this.parts);
        const { inputData, initialState } = this.input.prepared ?? {};
        await engine.callOnStart(this.requestContext, inputData, initialState);
      }
      const run = await engine.execute<unknown, unknown, RunResult>(this.executeParams());
      this.answer.requireStorable(this.scope, run);
      const outcome = { ...run, ...engine.end, status: run.status, stepResults: this.knownResults };
      return { outcome: outcome as RunOutcome, run };
    } catch (error) {
      if (this.refusal(error)) throw error;
      return this.thrown(error, engine.end.reached);
    }
  }

  /** `reached`: the entry that was executed last. */
  private thrown(thrown: unknown, reached: EntryParams | undefined): Ending {
    const state = reached?.executionContext.state;
    const run: RunResult = { status: 'failed', error: asCoreError(storableError(thrown)), state };
    const stepResults = reached?.stepResults ?? this.knownResults;
    return { outcome: { ...run, persist: reached, thrown: true, stepResults } as unknown as RunOutcome, run };
  }

  private get knownResults(): StepResults {
    return { ...this.scope.legResults, input: this.input.data } as unknown as StepResults;
  }

  private executeParams(): ExecuteParams {
    const { workflow, start, input } = this;
    const { scope, pubsub, trace } = this.parts;
    const nested = scope.ancestors.length > 0;
    const { resume, timeTravel, restart } = scope.leg ?? {};
    return {
      workflowId: workflow.id,
      runId: scope.shownRunId,
      resourceId: scope.resourceId,
      graph: { id: workflow.id, steps: workflow.stepGraph },
      serializedStepGraph: workflow.serializedStepGraph,
      input: input.prepared?.inputData,
      initialState: input.prepared?.initialState,
      resume,
      timeTravel,
      restart,
      pubsub,
      retryConfig: workflow.retryConfig,
      requestContext: this.requestContext,
      actor: scope.actor,
      abortController: new AbortController(),
      workflowSpan: trace.root?.asCoreSpan<SpanType.WORKFLOW_RUN>(),
      outputWriter: pubsub.outputWriter,
      outputOptions: nested ? { includeState: true, includeResumeLabels: true } : start.outputOptions,
      disableScorers: start.disableScorers,
      perStep: start.perStep || undefined,
    };
  }
}
