import type { DefaultEngineType, Step, Workflow } from '@mastra/core/workflows';
import type { AnyMastra } from '../core-types';
import { MastraInngestError, reasonOf } from '../errors';
import type { ListCache } from '../log/event-log';
import { type RunnableWorkflow } from '../function/definition';
import { activePathsOf } from '../function/execution-path';
import { unknownPaths } from '../function/option-checks/unknown-paths';
import {
  resumeFunctionDefinition,
  runFunctionDefinition,
  scheduleFunctionDefinitions,
} from '../function/run-function';
import { storeOf } from '../function/stores';
import { type OwnTriggers, takeTriggers } from '../function/triggers';
import { splitOptions } from '../function/options';
import type { StartOptions } from '../function/start-options';
import { runChannel } from '../realtime/channel';
import { RealtimePubSub } from '../realtime/pubsub';
import { logOf, wireOf } from '../realtime/wire';
import { settleUnanswered } from '../run/lost-run';
import { noticeReads } from '../run/replayed';
import { InngestRun } from '../run/run';
import type { Destination } from '../run/run-parts';
import type { InngestRun as TypedRun } from '../run/typed-run';
import { storedStatuses } from '../run/stored-statuses';
import type { InngestClient } from '../sdk/client';
import { portFor } from '../sdk/detect';
import { requireMiddleware } from '../sdk/middleware';
import type { InngestPort, ServableFunction } from '../sdk/port';
import type { WorkflowFunction } from '../sdk/types';
import { emptySnapshot, type Snapshot } from '../snapshot/snapshot';
import { Persistence } from '../snapshot/persistence';
import { RunRecord } from '../snapshot/run-record';
import { type NestableWorkflow, WORKFLOW_BRAND, isNestable } from '../brand';
import { Chained, type SleepArguments } from './chain';
import type { FlowControl } from './flow-control';
import { nestedWorkflows } from '../function/nested-workflows';
import { runIdsShownAs } from './shown-run';
import { showSchedules } from './shown-schedules';
import { freeSleepId, nameSleep } from './sleep-id';

type BaseInstance = InstanceType<typeof Workflow>;
type CreateRunOptions = Parameters<BaseInstance['createRun']>[0];

/** What a workflow of this package has beyond core's. */
export interface ServableWorkflow extends NestableWorkflow {
  readonly committed: boolean;
  readonly port: InngestPort;
  readonly functionOptions: Record<string, unknown>;
  readonly triggers: OwnTriggers;
  getFunctions(): ServableFunction[];
  getScheduleFunctions(): ServableFunction[];
  getNestedWorkflows(): ServableWorkflow[];
  __registerMastra(mastra: AnyMastra): void;
  /** Another copy of the package may be of a version that has none. */
  optionWarnings?(): string[];
}

/** Options of {@link init}: what holds for all workflows that are made with it. */
export interface InitOptions {
  /**
   * Milliseconds for which the events of a step are gathered into one realtime message. 0, the default, sends each event by
   * itself as soon as it comes; 20 to 100 save most of the requests for an agent's many tokens.
   */
  streamBatchMs?: number;
  /**
   * Id of the app (its client's `id`) that serves the workflows, where that is another one: a web app starts what a worker
   * serves. By default it is the client's own.
   */
  servedBy?: string;
}

/** A workflow that runs on Inngest. The `createWorkflow` that `init(inngest)` returns makes it. */
export class InngestWorkflow<
  TEngineType = DefaultEngineType,
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the constraint that core itself declares
  TSteps extends Step<string, any, any, any, any, any, TEngineType, any>[] = Step<
    string,
    unknown,
    unknown,
    unknown,
    unknown,
    unknown,
    TEngineType
  >[],
  TWorkflowId extends string = string,
  TState = unknown,
  TInput = unknown,
  TOutput = unknown,
  TPrevSchema = TInput,
  TRequestContext = unknown,
> extends Chained<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext> {
  readonly [WORKFLOW_BRAND] = true;
  private inngestFunction?: ServableFunction;
  private resumeFunction?: ServableFunction;
  private scheduleFunctions?: ServableFunction[];

  readonly port: InngestPort;
  /** Inngest's function options. */
  readonly functionOptions: Record<string, unknown>;
  /** What starts it without a caller. */
  readonly triggers: OwnTriggers;
  /** Milliseconds for which a step's events are gathered into one realtime message; 0 for none. */
  readonly streamBatchMs: number;
  /** Id of the app that serves it. */
  readonly servedBy: string;
  /** Where its runs' events are kept, if not in Mastra's cache; `false` for nowhere. */
  readonly eventCache?: ListCache | false;

  /**
   * @param inngest the client that its functions are made with
   * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `INVALID_WORKFLOW_OPTION`, `SDK_MISMATCH`
   */
  constructor(
    params: ConstructorParameters<
      typeof Workflow<TEngineType, TSteps, TWorkflowId, TState, TInput, TOutput, TPrevSchema, TRequestContext>
    >[0] &
      FlowControl &
      StartOptions<NoInfer<TInput>, NoInfer<TState>>,
    readonly inngest: InngestClient,
    { streamBatchMs = 0, servedBy, eventCache }: InitOptions & { eventCache?: ListCache | false } = {},
  ) {
    const port = portFor(inngest);
    const { params: others, triggers } = takeTriggers(params);
    const { workflow, functionOptions } = splitOptions(others);
    requireMiddleware(port.sdkVersion, functionOptions.middleware, `Workflow ${params.id}`);
    super(workflow);
    this.engineType = 'inngest';
    this.port = port;
    this.functionOptions = functionOptions;
    this.triggers = triggers;
    this.streamBatchMs = streamBatchMs;
    this.servedBy = servedBy ?? port.appId;
    this.eventCache = eventCache;
  }

  /** The Inngest function `workflow.<id>`; always the same object, made by the user's own client. */
  getFunction(): WorkflowFunction<TOutput> {
    this.inngestFunction ??= this.port.createFunction(runFunctionDefinition(this.runnable, this.port));
    return this.inngestFunction as ReturnType<typeof this.getFunction>;
  }

  /** The Inngest function `workflow.<id>.resume`, which continues runs: resume, time travel, restart. */
  getResumeFunction(): ServableFunction {
    this.resumeFunction ??= this.port.createFunction(resumeFunctionDefinition(this.runnable, this.port));
    return this.resumeFunction;
  }

  /** The Inngest functions `workflow.<id>.cron.<schedule>`; none where there is one schedule at most. */
  getScheduleFunctions(): ServableFunction[] {
    this.scheduleFunctions ??= scheduleFunctionDefinitions(this.runnable, this.port).map(one =>
      this.port.createFunction(one),
    );
    return this.scheduleFunctions;
  }

  /** What its functions execute. */
  private get runnable(): RunnableWorkflow {
    return this as unknown as RunnableWorkflow;
  }

  /** This workflow's functions and those of all workflows nested in it, each once. */
  getFunctions(): ServableFunction[] {
    const own = [this.getFunction(), this.getResumeFunction(), ...this.getScheduleFunctions()];
    return [...new Set([...own, ...this.getNestedFunctions()])];
  }

  /** The functions of the workflows nested in this one, at any depth. */
  getNestedFunctions(): ServableFunction[] {
    return this.getNestedWorkflows().flatMap(workflow => workflow.getFunctions());
  }

  /** The workflows of this package that are steps of this one, directly or in a core workflow. */
  getNestedWorkflows(): ServableWorkflow[] {
    return nestedWorkflows(this.stepGraph) as ServableWorkflow[];
  }

  /** Warnings about its function options, for the app's log when it is served. None where events of the user's own start it: nobody knows their fields. */
  optionWarnings(): string[] {
    return this.triggers.events.length > 0 ? [] : unknownPaths(this.id, this.functionOptions);
  }

  /**
   * A committed workflow of the same steps under another id: a function of its own, with the same options. Its schedules and
   * triggers stay with the workflow: they would start both.
   */
  cloneAs(id: string): InngestWorkflow {
    const { inputSchema, outputSchema, stateSchema, requestContextSchema, description, metadata } = this;
    const { mastra, options, retryConfig, stepDefs: steps, type, functionOptions, inngest } = this;
    const schemas = { inputSchema, outputSchema, stateSchema, requestContextSchema };
    const params = { ...functionOptions, ...schemas, id, description, metadata };
    const clone = new InngestWorkflow(
      { ...params, mastra, options, retryConfig, steps, type } as never,
      inngest,
      this,
    );
    clone.setStepFlow(this.stepGraph as never);
    clone.serializedStepFlow = this.serializedStepFlow;
    clone.steps = this.steps;
    clone.commit();
    return clone;
  }

  override __registerMastra(mastra: AnyMastra): void {
    super.__registerMastra(mastra);
    if (this.triggers.schedules.length > 0) showSchedules(mastra);
    for (const workflow of this.getNestedWorkflows()) workflow.__registerMastra(mastra);
  }

  // Core's ids for unnamed sleeps are random in every process, and an op id made of one would sleep again (I3).
  override sleep(...[duration, options]: SleepArguments<TEngineType, TState, TPrevSchema, number>) {
    const id = options?.id ?? freeSleepId(this);
    const workflow = super.sleep(duration, { ...options, id });
    nameSleep(this, id);
    return workflow;
  }

  override sleepUntil(...[date, options]: SleepArguments<TEngineType, TState, TPrevSchema, Date>) {
    const id = options?.id ?? freeSleepId(this);
    const workflow = super.sleepUntil(date, { ...options, id });
    nameSleep(this, id);
    return workflow;
  }

  /**
   * A run to start, with its `pending` snapshot stored. With a known `runId`, that run.
   * @throws MastraInngestError `UNCOMMITTED_WORKFLOW`, `MASTRA_NOT_REGISTERED`, `INVALID_WORKFLOW_OPTION`
   */
  override async createRun(
    options?: CreateRunOptions,
  ): Promise<TypedRun<TEngineType, TSteps, TState, TInput, TOutput, TRequestContext>> {
    this.requireRunnable();
    const mastra = this.requireMastra();
    noticeReads(mastra.getServerCache());
    const runId = options?.runId ?? this.newRunId(mastra, options?.resourceId);
    const { shouldPersistSnapshot: ofRun } = options ?? {};
    const statuses = ofRun && storedStatuses(ofRun, this.id, runId);
    const stored = new Persistence(this.options, statuses).wanted('pending', {});
    const record = new RunRecord(storeOf(mastra), {
      workflowId: this.id,
      runId,
      resourceId: options?.resourceId,
    });
    const run = (this.runs.get(runId) as unknown as InngestRun | undefined) ?? this.makeRun(record, options);
    this.runs.set(runId, run as never);
    if (statuses) run.storedStatuses = statuses;
    const existing = stored || options?.runId ? await record.load() : undefined;
    if (existing) run.workflowRunStatus = existing.status;
    else if (stored) {
      await record.create(this.pendingSnapshot(runId));
      run.isNew = true;
    }
    return run as never;
  }

  /** A run for somebody who only watches it: nothing of it is stored, and it need not exist yet. */
  watchedRun(runId: string): InngestRun {
    return this.makeRun(new RunRecord(storeOf(this.requireMastra()), { workflowId: this.id, runId }), {
      runId,
    });
  }

  /** Core's own; a nested run is also found by the run id that its steps are given, the last one where there are several. */
  override async getWorkflowRunById(...[runId, options]: Parameters<BaseInstance['getWorkflowRunById']>) {
    const found = await this.readRun(runId, options);
    const nested =
      found || !this.mastra ? undefined : (await runIdsShownAs(this.mastra, this.id, runId)).at(-1);
    if (nested === undefined) return found;
    const last = await this.readRun(nested, options);
    return last && { ...last, runId };
  }

  /** Reading a run whose start Inngest has dropped, and which nobody waits for, ends it. */
  private async readRun(...args: Parameters<BaseInstance['getWorkflowRunById']>) {
    const found = await super.getWorkflowRunById(...args);
    const { mastra, port, destination } = this;
    if (!found || !mastra) return found;
    const record = new RunRecord(storeOf(mastra), { workflowId: this.id, runId: args[0] });
    if (found.status === 'running' && found.activeStepsPath) {
      const context = found.steps ?? (await record.load())?.context ?? {};
      return {
        ...found,
        activeStepsPath: activePathsOf(this.executionGraph.steps, { context }).activeStepsPath,
      };
    }
    if (found.status !== 'pending') return found;
    const snapshot = await record.load();
    if (snapshot) await settleUnanswered({ ...wireOf(port, this), record, destination }, snapshot);
    return super.getWorkflowRunById(...args);
  }

  /** Core's own; the place of a run that executes is read from its steps' results. */
  override async listWorkflowRuns(...args: Parameters<BaseInstance['listWorkflowRuns']>) {
    const { runs, ...found } = await super.listWorkflowRuns(...args);
    const placed = runs.map(({ snapshot, ...run }) => {
      const isExecuting = typeof snapshot !== 'string' && snapshot.status === 'running';
      return {
        ...run,
        snapshot: isExecuting
          ? { ...snapshot, ...activePathsOf(this.executionGraph.steps, snapshot) }
          : snapshot,
      };
    });
    return { ...found, runs: placed };
  }

  /** Core's own, and the run's log; also of nested runs, by the run id that their steps are given. */
  override async deleteWorkflowRunById(runId: string): Promise<void> {
    const nested = this.mastra ? await runIdsShownAs(this.mastra, this.id, runId) : [];
    for (const id of [runId, ...nested]) {
      await super.deleteWorkflowRunById(id);
      await logOf(this, runChannel(this.id, id))?.delete();
    }
  }

  private makeRun(record: RunRecord, options: CreateRunOptions): InngestRun {
    const { runId } = record.identity;
    const { port } = this;
    return new InngestRun({
      ...wireOf(port, this),
      record,
      options: this.options,
      destination: this.destination,
      pubsub: new RealtimePubSub(port, this.id, error => this.warnUnavailable(error)),
      workflowId: this.id,
      runId,
      resourceId: options?.resourceId,
      stateSchema: this.stateSchema,
      inputSchema: this.inputSchema,
      requestContextSchema: this.requestContextSchema,
      isInternalWorkflow: this.isInternal,
      executionEngine: this.executionEngine,
      executionGraph: this.executionGraph,
      mastra: this.mastra,
      retryConfig: this.retryConfig,
      serializedStepGraph: this.serializedStepGraph,
      disableScorers: options?.disableScorers,
      cleanup: () => this.runs.delete(runId),
      tracingPolicy: options?.tracingPolicy ?? this.options.tracingPolicy,
      workflowSteps: this.steps,
      validateInputs: this.options.validateInputs,
      workflowEngineType: this.engineType,
    });
  }

  private get destination(): Destination {
    return { app: this.servedBy, functionOptions: this.functionOptions };
  }

  private warnUnavailable(error: unknown): void {
    this.logger?.warn('Inngest realtime is not available; the run is followed through the store.', {
      workflowId: this.id,
      reason: reasonOf(error),
    });
  }

  private pendingSnapshot(runId: string) {
    const snapshot = emptySnapshot(runId, 'pending', { serializedStepGraph: this.serializedStepGraph });
    const prune = this.options.pruneSnapshot as ((args: object) => Snapshot) | undefined;
    return prune ? prune({ snapshot, workflowStatus: 'pending' }) : snapshot;
  }

  private requireRunnable(): void {
    if (this.stepFlow.length > 0 && this.committed) return;
    // Core's own words.
    const problem =
      this.stepFlow.length === 0
        ? 'Execution flow of workflow is not defined. Add steps to the workflow via .then(), .branch(), etc.'
        : 'Uncommitted step flow changes detected. Call .commit() to register the steps.';
    throw new MastraInngestError('UNCOMMITTED_WORKFLOW', `Workflow ${this.id} can't be run: ${problem}`, {
      workflowId: this.id,
    });
  }

  private requireMastra(): AnyMastra {
    if (this.mastra) return this.mastra;
    throw new MastraInngestError(
      'MASTRA_NOT_REGISTERED',
      `Workflow ${this.id} belongs to no Mastra. Register it: new Mastra({ workflows: { … } }).`,
      { workflowId: this.id },
    );
  }

  private newRunId(mastra: AnyMastra, resourceId: string | undefined): string {
    return mastra.generateId({ idType: 'run', source: 'workflow', entityId: this.id, resourceId });
  }
}

/** True for a workflow of this package, in any loaded copy. */
export function isServable(value: unknown): value is ServableWorkflow {
  return isNestable(value) && 'getFunctions' in value;
}
