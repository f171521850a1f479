import { type DefaultEngineType, Run, type Step } from '@mastra/core/workflows';
import type { AnyMastra, Context, EngineOptions, StepResults } from '../core-types';
import type { RealtimePubSub } from '../realtime/pubsub';
import type { InngestPort } from '../sdk/port';
import { type RunRecord, isCanceledUnstarted } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import type { StartRequest } from '../wire/start-event';
import { requireAllowed } from './allowed';
import type { ExecutionArguments, ResumeArguments, StartArguments, TravelArguments } from './arguments';
import { cancelStored } from './cancel';
import { type Continuable, restartDeparture, resumeDeparture, stored, travelDeparture } from './continue';
import { type Departure, Departures, canceledUnstarted, conflict } from './departure';
import { LateView } from './late-view';
import { type OutputOptions, resultOf, runOfEvent, thrownError } from './result';
import { checkedResumeData } from './resume-data';
import { eventStream } from './stream';
import type { Rested } from './wait-for-rest';

type AnyStep = Step<string, unknown, unknown, unknown, unknown, unknown, DefaultEngineType>;
type BaseRun = Run<DefaultEngineType, AnyStep[]>;
type BaseParams = ConstructorParameters<typeof Run>[0];
type WatchCallback = Parameters<BaseRun['watch']>[0];

export interface InngestRunParams extends BaseParams {
  port: InngestPort;
  record: RunRecord;
  pubsub: RealtimePubSub;
  options: EngineOptions;
}

/** A run of a workflow on Inngest: what a caller drives. Nothing of it executes in the caller's process. */
export class InngestRun extends Run<DefaultEngineType, AnyStep[]> {
  private readonly port: InngestPort;
  private readonly record: RunRecord;
  private readonly departures: Departures;
  private readonly options: EngineOptions;
  /** Core's streams watch the leg that they begin, and no other. */
  private watchesOwnLeg = false;

  constructor(params: InngestRunParams) {
    super(params);
    this.port = params.port;
    this.record = params.record;
    this.options = params.options;
    this.departures = new Departures(params.port, params.record, params.pubsub, this.log);
  }

  /** Starts the run and waits for its result, without a time limit (I10). Core's `start`, `stream` and kin come here. */
  protected override async _start(args: StartArguments): Promise<never> {
    const departure = await this.startDeparture(args);
    return (await this.result(await this.departures.drive(departure), args.outputOptions)) as never;
  }

  /** Starts the run and returns as soon as Inngest has taken the event. */
  override async startAsync(args: never): Promise<{ runId: string }> {
    await this.departures.begin(await this.startDeparture(args));
    return { runId: this.runId };
  }

  /** All that can be wrong is found here, before anything is stored or sent. */
  private async startDeparture(args: StartArguments): Promise<Departure> {
    const inputData: unknown = await this._validateInput(args.inputData);
    const initialState: unknown = await this._validateInitialState(args.initialState ?? {});
    await this._validateRequestContext(args.requestContext);
    const request = {
      ...this.request(args),
      inputData,
      initialState: initialState as Record<string, unknown>,
      sender: { validated: true, ancestors: [] },
    };
    return { request, claim: () => this.requireUnstarted(), release: async () => {} };
  }

  /** What every leg takes along. */
  private request(args: ExecutionArguments, snapshot?: Snapshot): StartRequest {
    const { requestContext, outputOptions, perStep, actor } = args;
    return {
      inputData: undefined,
      runId: this.runId,
      resourceId: this.resourceId,
      requestContext: this.sendableContext(requestContext),
      outputOptions,
      tracingOptions: tracingOf(args, snapshot),
      perStep: perStep || undefined,
      actor,
      disableScorers: this.disableScorers || undefined,
    };
  }

  /** The auth token stays where it is (I11). */
  private sendableContext(requestContext: Context | undefined): Record<string, unknown> {
    const { mastra__authToken: _token, ...values } = (requestContext?.toJSON() ?? {}) as Record<
      string,
      unknown
    >;
    return values;
  }

  private async requireUnstarted(): Promise<void> {
    const snapshot = await this.record.load();
    if (!snapshot || snapshot.status === 'pending') return;
    if (isCanceledUnstarted(snapshot)) throw canceledUnstarted(this.record);
    throw conflict(this.record, `was already started (its status is ${snapshot.status}); create a new run`);
  }

  private async result(rested: Rested, outputOptions: OutputOptions | undefined) {
    const { finish } = rested;
    const snapshot = rested.snapshot ?? runOfEvent(finish);
    if (!snapshot) {
      const { workflowStatus: status, ...rest } = finish ?? {};
      return { status, steps: {}, ...rest };
    }
    if (snapshot.inngest?.thrown) throw thrownError(snapshot);
    this.workflowRunStatus = snapshot.status;
    if (snapshot.status !== 'suspended') this.cleanup?.();
    return resultOf(this.mastra as unknown as AnyMastra, snapshot, outputOptions);
  }

  private get log() {
    const warn = (message: string, details?: Record<string, unknown>) =>
      this.mastra?.getLogger()?.warn(message, details);
    return { warn };
  }

  /** Continues a suspended run and waits until it comes to rest again. Core's `resume` and `resumeStream` come here. */
  protected override async _resume(args: ResumeArguments): Promise<never> {
    await requireAllowed(this, args);
    const departure = await resumeDeparture(this.continuable, args);
    const result = this.departures.drive(departure).then(rested => this.result(rested, args.outputOptions));
    this.executionResults = result as never;
    const settled = (await result) as { status: string };
    if (!args.isVNext && settled.status !== 'suspended') await this.closeStreamAction?.();
    this.streamOutput?.updateResults(settled as never);
    return settled as never;
  }

  /** Continues a suspended run and returns as soon as Inngest has taken the event. */
  override async resumeAsync(args: never): Promise<{ runId: string }> {
    await requireAllowed(this, args);
    await this.departures.begin(await resumeDeparture(this.continuable, args));
    return { runId: this.runId };
  }

  /** Executes the run once more from a step on. Core's `timeTravel` and `timeTravelStream` come here. */
  protected override async _timeTravel(args: never): Promise<never> {
    const travel = args as TravelArguments;
    const departure = await travelDeparture(this.continuable, travel);
    return (await this.result(await this.departures.drive(departure), travel.outputOptions)) as never;
  }

  /**
   * Continues a run that nobody executes any more, from the steps that were not done. A run whose process died needs no
   * restart: Inngest goes on with it. One that has ended gives its result again.
   */
  override async restart(args: ExecutionArguments = {}): Promise<never> {
    const snapshot = await stored(this.record);
    if (['success', 'failed', 'tripwire'].includes(snapshot.status)) {
      const includeState = Object.keys(snapshot.value).length > 0;
      return (await this.result({ snapshot }, { includeState })) as never;
    }
    const departure = await restartDeparture(this.continuable, snapshot, args);
    return (await this.result(await this.departures.drive(departure), args.outputOptions)) as never;
  }

  private get continuable(): Continuable {
    const steps = this.workflowSteps;
    return {
      record: this.record,
      graph: this.executionGraph,
      storesRunning: stepResults =>
        this.options.shouldPersistSnapshot?.({ workflowStatus: 'running', stepResults }) ?? true,
      validateResumeData: async (data, path, snapshot) => {
        if (this.validateInputs) await checkedResumeData(steps, data, path, snapshot.context as StepResults);
        return (await this._validateResumeData(data, steps[path[0] ?? ''] as never)) as unknown;
      },
      validateTravelInput: async (input, stepId) =>
        this._validateTimetravelInputData(input, steps[stepId] as never),
      runState: inngestRunId => this.port.runState(inngestRunId),
      request: (args, snapshot) => this.request(args, snapshot),
    };
  }

  /** Cancels the run, wherever it executes, and what is nested in it; a run that has ended stays as it is. */
  override async cancel(): Promise<void> {
    const canceled = await cancelStored(this.port, this.record, this.workflowSteps);
    if (canceled) this.workflowRunStatus = 'canceled';
  }

  /** Core's `watch`; whoever comes late gets what happened before from the store. */
  override watch(callback: WatchCallback): () => void {
    if (this.watchesOwnLeg || this.workflowRunStatus === 'pending') return super.watch(callback);
    const view = new LateView(event => callback(event as never), this.record, this.log);
    const unwatch = super.watch(event => void view.live(event as never));
    void view.open();
    return unwatch;
  }

  /** Resolves once events arrive. */
  override async watchAsync(callback: WatchCallback): Promise<() => void> {
    const unwatch = this.watch(callback);
    await (this.pubsub as RealtimePubSub).ready();
    return unwatch;
  }

  override stream(args: never): never {
    return this.ownLeg(() => super.stream(args)) as never;
  }

  override streamLegacy(args?: never): never {
    return this.ownLeg(() => super.streamLegacy(args)) as never;
  }

  override resumeStream(args?: never): never {
    return this.ownLeg(() => super.resumeStream(args)) as never;
  }

  override timeTravelStream(args: never): never {
    return this.ownLeg(() => super.timeTravelStream(args)) as never;
  }

  /** The run's events from its beginning on, also where another process executes or streams it; ends with the run. */
  override observeStream(): never {
    if (this.streamOutput) return super.observeStream() as never;
    return eventStream(this as never, this.record, this.mastra as unknown as AnyMastra) as never;
  }

  private ownLeg<T>(begin: () => T): T {
    this.watchesOwnLeg = true;
    try {
      return begin();
    } finally {
      this.watchesOwnLeg = false;
    }
  }
}

/** Where the leg hangs in a trace: as its caller says, or where the run was before (source: @mastra/core, `Run.resume`). */
function tracingOf(
  { tracingOptions }: ExecutionArguments,
  snapshot?: Snapshot,
): StartRequest['tracingOptions'] {
  const before = snapshot?.tracingContext as { traceId?: string; spanId?: string } | undefined;
  const { traceId, parentSpanId } = tracingOptions ?? {};
  if (!before?.traceId) return tracingOptions && { traceId, parentSpanId };
  const sameTrace = traceId === undefined || traceId === before.traceId;
  return {
    traceId: traceId ?? (parentSpanId ? undefined : before.traceId),
    parentSpanId: parentSpanId ?? (sameTrace ? before.spanId : undefined),
  };
}
