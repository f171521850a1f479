import { RequestContext } from '@mastra/core/request-context';
import type { AnyMastra, Context, ExecuteParams } from '../core-types';
import { type ContextImage, contextChange, contextImage } from '../engine/durable-step';
import { InngestExecutionEngine } from '../engine/engine';
import type { Operation } from '../engine/operations';
import { SealedFailure, asCoreError, isRefusal, seal, unseal } from '../engine/outcome';
import { RunTrace, type TraceParent } from '../engine/run-trace';
import type { RunScope } from '../engine/scope';
import { FinalError, MastraInngestError } from '../errors';
import { runChannel } from '../realtime/channel';
import type { ExecutionRequest, FunctionDefinition, InngestPort } from '../sdk/port';
import { RunRecord, emptySnapshot } from '../snapshot/run-record';
import type { StoreProvider, WorkflowsStore } from '../snapshot/store';
import { sameValue } from '../wire/encode';
import { type StartRequest, cancelEventName, parseStartData, startEventName } from '../wire/start-event';
import type { RunnableWorkflow } from './definition';
import { announceStart, beginningRuns, claimAncestors, parentStepSpan, streamTargets } from './lineage';
import { refuseForeignMemo } from './memo-guard';
import { type RunResult, nestedOutcome } from './nested-outcome';
import { type Prepared, prepareStart } from './prepare';
import { type Rest, settleRun } from './run-end';

/**
 * The run that a cancel event means: by its run id or, for one that was invoked from the dashboard without any, by its
 * event's id. Comparing missing ids would cancel every run that has none, since Inngest takes null for equal to null.
 */
const CANCEL_MATCH =
  '(event.data.runId != null && event.data.runId == async.data.runId) || event.id == async.data.eventId';

/** Inngest does not cancel what a cancelled function has invoked. */
const PARENT_CANCELLED =
  'event.data.mastra.parentRun != null && event.data.mastra.parentRun == async.data.run_id';

/** The Inngest function of a workflow: `workflow.<id>`. */
export function runFunctionDefinition(
  workflow: RunnableWorkflow,
  port: InngestPort,
  options: Record<string, unknown>,
): FunctionDefinition {
  return {
    id: startEventName(workflow.id),
    triggers: [{ event: startEventName(workflow.id) }],
    cancelOn: [
      { event: cancelEventName(workflow.id), if: CANCEL_MATCH },
      { event: 'inngest/function.cancelled', if: PARENT_CANCELLED },
    ],
    options,
    handler: request => new RunExecution(workflow, port, request).execute(),
  };
}

/** Mastra's store of workflow runs. */
export function storeOf(mastra: AnyMastra): StoreProvider {
  return async () =>
    (await mastra.getStorage()?.getStore('workflows')) as unknown as WorkflowsStore | undefined;
}

/** One execution request of one run: replays the graph over what is remembered, and does what comes next. */
class RunExecution {
  private readonly start: StartRequest;
  private readonly scope: RunScope;
  private readonly engine: InngestExecutionEngine;
  private readonly requestContext: Context;
  private readonly contextAtStart: ContextImage;
  private prepared?: Prepared;

  constructor(
    private readonly workflow: RunnableWorkflow,
    port: InngestPort,
    private readonly request: ExecutionRequest,
  ) {
    this.start = this.parse();
    const runId = this.start.runId ?? request.inngestRunId;
    refuseForeignMemo(request.memoized, workflow.id, runId);
    this.scope = this.createScope(port, runId);
    this.requestContext = new RequestContext(Object.entries(this.start.requestContext));
    this.engine = new InngestExecutionEngine({
      scope: this.scope,
      graph: workflow.stepGraph,
      step: request.step,
      memoized: request.memoized,
      prologue: operation => this.begin(operation),
      trace: new RunTrace(this.scope, this.requestContext, this.traceParent(), this.start.inputData),
    });
    this.engine.actor = this.start.actor as never;
    this.contextAtStart = contextImage(this.engine.serializeRequestContext(this.requestContext));
  }

  /** A nested run hangs below its parent's step, any other where its caller says. */
  private traceParent(): TraceParent {
    const { span } = this.scope.ancestors.at(-1) ?? {};
    const { traceId, parentSpanId } = this.start.tracingOptions ?? {};
    return span ? { traceId: span.traceId, spanId: span.id } : { traceId, spanId: parentSpanId };
  }

  private parse(): StartRequest {
    try {
      return parseStartData(this.request.event.data, this.workflow.id);
    } catch (error) {
      if (!MastraInngestError.is(error)) throw error;
      throw new FinalError(error.code, error.message, { workflowId: this.workflow.id }, { cause: error });
    }
  }

  private createScope(port: InngestPort, runId: string): RunScope {
    const { workflow, start, request } = this;
    const { mastra } = workflow;
    if (!mastra) {
      throw new FinalError(
        'MASTRA_NOT_REGISTERED',
        `Workflow ${workflow.id} is served but belongs to no Mastra. Register it: new Mastra({ workflows: { … } }).`,
        { workflowId: workflow.id, runId },
      );
    }
    const ancestors = start.sender?.ancestors ?? [];
    const identity = { workflowId: workflow.id, runId, resourceId: start.resourceId };
    return {
      ...identity,
      mastra,
      port,
      options: {
        ...workflow.options,
        validateInputs: start.sender?.validateInputs ?? workflow.options.validateInputs,
      },
      inngestRunId: request.inngestRunId,
      startedAt: request.event.ts ?? 0,
      record: new RunRecord(storeOf(mastra), identity),
      targets: streamTargets(identity, ancestors),
      chunkTargets: [identity, ...ancestors].map(({ workflowId, runId: id }) => ({
        channel: runChannel(workflowId, id),
        prefix: '',
      })),
      ancestors,
      nativeStep: request.nativeStep,
      log: { warn: (message, details) => mastra.getLogger()?.warn(message, details) },
    };
  }

  /** In the run's first op, before its body: take the run, say that it began, let `onStart` gate it. */
  private async begin(operation: Operation): Promise<void> {
    const { scope, engine } = this;
    await claimAncestors(scope.ancestors, storeOf(scope.mastra));
    const input = this.prepared?.inputData ?? this.start.inputData;
    if (engine.parts.persistence.wanted('running', {})) {
      const { serializedStepGraph } = this.workflow;
      const fields = { context: input === undefined ? {} : { input }, serializedStepGraph };
      await scope.record.claim(scope.inngestRunId, emptySnapshot(scope.runId, 'running', fields));
    }
    const { trace } = engine.parts;
    for (const begun of beginningRuns(scope)) {
      announceStart(operation, begun, input, this.startedAt);
      const step = trace.root && parentStepSpan(begun.ancestors);
      if (step) trace.begin(step, this.startedAt);
      const root = begun.runId === scope.runId ? trace.root : trace.root && trace.rootOf(begun, step);
      if (root) trace.begin(root, this.startedAt);
    }
  }

  /** When the run's event was made, in milliseconds since the epoch: the same on every replay. */
  private get startedAt(): number {
    return this.scope.startedAt;
  }

  async execute(): Promise<unknown> {
    const { rest, run } = await this.runGraph();
    const { engine } = this;
    const nested = this.scope.ancestors.length > 0;
    const memo = await engine.parts.operations.run(engine.parts.ids.finish, async operation => {
      const endedAt = Date.now();
      const parentResult = nested
        ? { ...this.outcome(run, endedAt).result, payload: this.inputData }
        : undefined;
      await settleRun(operation, engine, this.workflow, rest, parentResult, this.startedAt);
      return seal({ endedAt });
    });
    const endedAt = unseal<{ endedAt: number }>(memo)?.endedAt ?? 0;
    return this.answer(run, endedAt);
  }

  private get inputData(): unknown {
    return this.prepared ? this.prepared.inputData : this.start.inputData;
  }

  private async runGraph(): Promise<{ rest: Rest; run: RunResult }> {
    const { engine, workflow, start, requestContext } = this;
    try {
      this.prepared = await prepareStart(workflow, start, requestContext, engine.parts, changed => {
        this.prepared = changed;
      });
      await this.gate();
      const run = await engine.execute<unknown, unknown, RunResult>(this.executeParams(this.prepared));
      const rest = { ...run, ...engine.end, status: run.status, stepResults: { input: this.inputData } };
      return { rest: rest as Rest, run };
    } catch (error) {
      if (isRefusal(error, this.scope.runId)) throw error;
      const failure = asCoreError(error);
      const run: RunResult = { status: 'failed', error: failure };
      const stepResults = engine.end.reached?.stepResults ?? { input: this.inputData };
      const persist = engine.end.reached as Rest['persist'];
      return { rest: { ...run, persist, thrown: true, stepResults } as unknown as Rest, run };
    }
  }

  /** `onStart` may refuse the run, so it comes before any step, once: in an op of its own. */
  private async gate(): Promise<void> {
    const { engine, scope, workflow, requestContext, prepared } = this;
    if (!workflow.options.onStart) return;
    await engine.parts.operations.runCallback(engine.parts.ids.start, async () => {
      await engine.invokeStartCallback({
        runId: scope.runId,
        workflowId: scope.workflowId,
        resourceId: scope.resourceId,
        getInitData: (() => prepared?.inputData) as never,
        requestContext,
        state: (prepared?.initialState ?? {}) as never,
      });
      return seal({});
    });
  }

  private executeParams(prepared: Prepared): ExecuteParams {
    const { workflow, scope, start } = this;
    const nested = scope.ancestors.length > 0;
    return {
      workflowId: workflow.id,
      runId: scope.runId,
      resourceId: scope.resourceId,
      graph: { id: workflow.id, steps: workflow.stepGraph },
      serializedStepGraph: workflow.serializedStepGraph as never,
      input: prepared.inputData,
      initialState: prepared.initialState,
      pubsub: this.engine.parts.pubsub,
      retryConfig: workflow.retryConfig,
      requestContext: this.requestContext,
      actor: start.actor as never,
      abortController: new AbortController(),
      workflowSpan: this.engine.parts.trace.root as never,
      outputWriter: async chunk => this.engine.parts.pubsub.write(chunk as never),
      outputOptions: nested ? { includeState: true, includeResumeLabels: true } : start.outputOptions,
      disableScorers: start.disableScorers,
      perStep: start.perStep,
    };
  }

  private outcome(run: RunResult, endedAt: number) {
    const payload = { value: this.inputData, same: sameValue(this.inputData, this.start.inputData) };
    const change = contextChange(
      this.contextAtStart,
      this.engine.serializeRequestContext(this.requestContext),
    );
    return nestedOutcome(run, this.scope.runId, { startedAt: this.startedAt, endedAt }, payload, change);
  }

  /** What Inngest keeps as the function's output. A failed run is a failed function, also in the dashboard (I4). */
  private answer(run: RunResult, endedAt: number): unknown {
    const { runId } = this.scope;
    const nested = this.scope.ancestors.length > 0 ? this.outcome(run, endedAt) : undefined;
    if (run.status === 'failed' || run.status === 'tripwire') {
      const error = run.status === 'tripwire' ? (run.tripwire as { reason?: string })?.reason : run.error;
      throw new SealedFailure(error, nested ?? { runId, status: run.status });
    }
    return nested ? seal(nested) : { result: run, runId };
  }
}
