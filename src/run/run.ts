import { type DefaultEngineType, Run, type Step } from '@mastra/core/workflows';
import type { AnyMastra, EngineOptions, RunStatus, StepResults } from '../core-types';
import { Persistence } from '../engine/persistence';
import { LogReader } from '../log/event-log';
import { type RunEvent, runChannel } from '../realtime/channel';
import { isEnd } from '../realtime/events';
import type { RealtimePubSub, RunFollower } from '../realtime/pubsub';
import { isWritten } from '../realtime/stored-events';
import { logOf } from '../realtime/wire';
import type { InngestPort } from '../sdk/port';
import { isInterrupted } from '../snapshot/leg-claim';
import { type RunRecord, isCanceledUnstarted } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { isTerminal } from '../snapshot/transitions';
import type { StartRequest } from '../wire/start-event';
import { serializedContext } from '../wire/request-context';
import { requireAllowed } from './allowed';
import type { Destination } from './arrival';
import { settleUnanswered } from './lost-run';
import {
  type ExecutionArguments,
  type ResumeArguments,
  type StartArguments,
  type TravelArguments,
  argumentsOf,
  tracingOptionsOf,
} from './arguments';
import { cancelStored } from './cancel';
import { type Continuable, answered, prepareRestart, prepareResume, prepareTimeTravel } from './continue';
import { canceledBeforeStart, runConflict } from './errors';
import { followed } from './follow';
import { LegSender, type PreparedLeg } from './leg-sender';
import { withLastSteps } from '../function/last-steps';
import { thrownError } from '../function/stored-result';
import { type OutputOptions, resultOf, runOfEvent } from './result';
import { checkedResumeData } from './resume-data';
import { Replayed } from './replayed';
import { storyOf } from './stored-story';
import { StoryReader } from './story-reader';
import { type Observed, observedLegacyStream, observedStream } from './stream';
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
  destination: Destination;
}

/** A run of a workflow on Inngest: what a caller drives. Nothing of it executes in the caller's process. */
export class InngestRun extends Run<DefaultEngineType, AnyStep[]> {
  private readonly port: InngestPort;
  private readonly record: RunRecord;
  private readonly sender: LegSender;
  private readonly options: EngineOptions;
  private readonly destination: Destination;
  /** The statuses in which this run is stored, where `createRun` was given `shouldPersistSnapshot`. */
  storedStatuses?: readonly RunStatus[];
  /** `createRun` has just made the run, and it was not started since. */
  isNew = false;
  /** Which events a stream of core's gets of the leg that it begins; undefined outside of such a call. */
  private streams?: (event: RunEvent) => boolean;
  /** The reader of that stream, until the leg takes it over. */
  private ownReader?: StoryReader;
  /** `streamLegacy()` was called: core ends the legacy observers of such a stream itself, and no others. */
  private hasLegacyStream = false;
  /** Set while core's `resumeStream` is called for a time travel. */
  private travel?: TravelArguments;

  constructor(params: InngestRunParams) {
    super(params);
    this.port = params.port;
    this.record = params.record;
    this.options = params.options;
    this.destination = params.destination;
    this.sender = new LegSender(params.port, params.record, params.pubsub, this.log, params.destination);
  }

  override start(args: never): Promise<never> {
    return super.start(argumentsOf('start', args)) as Promise<never>;
  }

  /** Starts the run and waits for its result, without a time limit (I10). Core's `start`, `stream` and kin come here. */
  protected override async _start(args: StartArguments): Promise<never> {
    const reader = this.ownReader;
    const prepared = await this.prepareStart(args);
    return (await this.driven(prepared, args, reader)) as never;
  }

  /** Starts the run and returns as soon as Inngest has taken the event. */
  override async startAsync(args: never): Promise<{ runId: string }> {
    await this.sender.send(await this.prepareStart(argumentsOf('startAsync', args)));
    return { runId: this.runId };
  }

  /** All that can be wrong is found here, before anything is stored or sent. */
  private async prepareStart(args: StartArguments): Promise<PreparedLeg> {
    this.isNew = false;
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

  /** The part of the request that is the same for every leg. */
  private request(args: ExecutionArguments): StartRequest {
    const { requestContext, outputOptions, perStep, actor } = args;
    return {
      inputData: undefined,
      runId: this.runId,
      resourceId: this.resourceId,
      requestContext: serializedContext(requestContext),
      outputOptions,
      tracingOptions: tracingOptionsOf(args),
      perStep: perStep || undefined,
      actor,
      disableScorers: this.disableScorers || undefined,
      storedStatuses: this.storedStatuses,
    };
  }

  private async requireUnstarted(): Promise<void> {
    const snapshot = await this.record.load();
    if (!snapshot || snapshot.status === 'pending') return;
    if (isCanceledUnstarted(snapshot)) throw canceledBeforeStart(this.record);
    throw runConflict(
      this.record,
      `was already started (its status is ${snapshot.status}); create a new run`,
    );
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

  override resume(args: never): Promise<never> {
    return super.resume(argumentsOf('resume', args)) as Promise<never>;
  }

  /** Continues a suspended run and waits until it comes to rest again. Core's `resume` and `resumeStream` come here. */
  protected override async _resume(args: ResumeArguments): Promise<never> {
    const { travel } = this;
    if (travel) return this._timeTravel(travel as never);
    const reader = this.ownReader;
    await requireAllowed(this, args);
    const prepared = await prepareResume(this.continuable, args);
    const result = this.driven(prepared, args, reader);
    this.executionResults = result as never;
    const settled = (await result) as { status: string };
    if (!args.isVNext && settled.status !== 'suspended') await this.closeStreamAction?.();
    this.streamOutput?.updateResults(settled as never);
    return settled as never;
  }

  /** Continues a suspended run and returns as soon as Inngest has taken the event. */
  override async resumeAsync(args: never): Promise<{ runId: string }> {
    const given: ResumeArguments = argumentsOf('resumeAsync', args);
    await requireAllowed(this, given);
    await this.sender.send(await prepareResume(this.continuable, given));
    return { runId: this.runId };
  }

  override timeTravel(args: never): Promise<never> {
    return super.timeTravel(argumentsOf('timeTravel', args)) as Promise<never>;
  }

  /** Executes the run once more from a step on. Core's `timeTravel` and `timeTravelStream` come here. */
  protected override async _timeTravel(args: never): Promise<never> {
    const travel = args as TravelArguments;
    const reader = this.ownReader;
    const prepared = await prepareTimeTravel(this.continuable, travel);
    return (await this.driven(prepared, travel, reader)) as never;
  }

  /**
   * Continues a run that nobody executes any more, from the steps that were not done. A run whose process died needs no
   * restart: Inngest goes on with it. One that has ended gives its result again.
   */
  override async restart(args?: ExecutionArguments): Promise<never> {
    const given = argumentsOf('restart', args);
    const snapshot = await answered(this.continuable);
    if (['success', 'failed', 'tripwire'].includes(snapshot.status) && !isInterrupted(snapshot)) {
      const includeState = Object.keys(snapshot.value).length > 0;
      return (await this.result({ snapshot }, { includeState })) as never;
    }
    const prepared = await prepareRestart(this.continuable, snapshot, given);
    return (await this.driven(prepared, given)) as never;
  }

  private get continuable(): Continuable {
    const { workflowSteps: steps, port, record, log, destination } = this;
    return {
      record,
      isNew: this.isNew,
      graph: this.executionGraph,
      serializedGraph: this.serializedStepGraph,
      storesRunning: stepResults =>
        new Persistence(this.options, this.storedStatuses).wanted('running', stepResults),
      validateResumeData: async (data, path, snapshot) => {
        if (this.validateInputs) await checkedResumeData(steps, data, path, snapshot.context as StepResults);
        return (await this._validateResumeData(data, steps[path[0] ?? ''] as never)) as unknown;
      },
      validateTravelInput: async (input, stepId) =>
        this._validateTimetravelInputData(input, steps[stepId] as never),
      settleUnanswered: snapshot => settleUnanswered({ port, record, log, destination }, snapshot),
      runState: inngestRunId => port.runState(inngestRunId),
      request: args => this.request(args),
    };
  }

  /** Cancels the run, wherever it executes, and what is nested in it; a run that has ended stays as it is. */
  override async cancel(): Promise<void> {
    const canceled = await cancelStored(this.port, this.record, this.workflowSteps, this.executionGraph);
    if (canceled) this.workflowRunStatus = 'canceled';
  }

  /** Waits for the run, whoever began it; see `typed-run.ts`. */
  async getRunOutput(_eventId?: string, maxWaitMs = 300_000): Promise<{ output: { result: unknown } }> {
    const { realtime, record, log, continuable } = this;
    const settle = (snapshot: Snapshot) => continuable.settleUnanswered(snapshot);
    const rested = await followed({ realtime, record, log, settle }, maxWaitMs);
    return {
      output: { result: await this.result(await this.withLastSteps(rested), { includeState: true }) },
    };
  }

  /** Core's `watch`; a late watcher gets what happened before, too. */
  override watch(callback: WatchCallback): () => void {
    const { streams } = this;
    const tell = (event: RunEvent) => callback(event as never);
    if (streams) {
      const reader = (this.ownReader = this.reader(event => streams(event) && tell(event), false));
      return this.realtime.follow(this.runId, reader);
    }
    const reader = this.reader(event => void Promise.resolve(tell(event)).catch(() => {}));
    const unfollow = this.realtime.follow(this.runId, reader);
    void this.realtime.ready().then(async () => {
      const snapshot = await reader.open();
      if (snapshot && isTerminal(snapshot.status)) reader.tellEnd(snapshot);
    });
    return () => {
      unfollow();
      reader.close();
    };
  }

  /** Resolves once events arrive. */
  override async watchAsync(callback: WatchCallback): Promise<() => void> {
    const unwatch = this.watch(callback);
    await this.realtime.ready();
    return unwatch;
  }

  override stream(args: never): never {
    const given = argumentsOf('stream', args);
    return this.ownLeg(() => super.stream(given)) as never;
  }

  override streamLegacy(args?: never): never {
    const given = argumentsOf('streamLegacy', args);
    if (this.closeStreamAction) return super.streamLegacy(given) as never;
    this.hasLegacyStream = true;
    const streamed = this.ownLeg(
      () => super.streamLegacy(given),
      event => !isWritten(event),
    );
    // Core closes this stream with a result alone: a start that failed would leave its reader waiting.
    this.executionResults?.catch(() => this.closeStreamAction?.());
    return streamed as never;
  }

  override resumeStream(args?: never): never {
    const given = argumentsOf('resumeStream', args);
    return this.ownLeg(() => super.resumeStream(given)) as never;
  }

  /** By core's `resumeStream`: core's own `timeTravelStream` breaks off at a chunk without a payload. */
  override timeTravelStream(args: never): never {
    this.travel = argumentsOf('timeTravelStream', args);
    try {
      return this.resumeStream();
    } finally {
      this.travel = undefined;
    }
  }

  /**
   * The run's chunks from its beginning on, or from chunk `offset` (0-based) on, also where another process executes or streams
   * it; ends when the run comes to rest.
   * @example
   * for await (const chunk of run.observeStream({ offset: 12 })) console.log(chunk.type);
   */
  override observeStream(args?: { offset?: number }): never {
    const { offset = 0 } = argumentsOf('observeStream', args);
    return observedStream(this.observed, offset) as never;
  }

  override observeStreamLegacy(): never {
    if (this.hasLegacyStream) return super.observeStreamLegacy() as never;
    return { stream: observedLegacyStream(this.observed) } as never;
  }

  private get realtime(): RealtimePubSub {
    return this.pubsub as RealtimePubSub;
  }

  /** A reader of the run's events. It reads nothing before it is opened. */
  private reader(tell: (event: RunEvent) => unknown, comesLate = true): StoryReader {
    const { record } = this;
    const log = logOf(this.mastra, runChannel(this.workflowId, this.runId));
    return new StoryReader({
      tell,
      stored: async known => {
        const snapshot = known ?? (await record.load());
        return snapshot && { snapshot, story: await storyOf(record, snapshot, this.executionGraph.steps) };
      },
      log: log && new LogReader(log),
      warnings: this.log,
      comesLate,
    });
  }

  private get observed(): Observed {
    return {
      record: this.record,
      reader: tell => this.reader(tell),
      follow: async (follower: RunFollower) => {
        const unfollow = this.realtime.follow(this.runId, follower);
        await this.realtime.ready();
        return unfollow;
      },
      result: snapshot => this.result({ snapshot }, undefined),
      replayed: Replayed.now(this.mastra?.getServerCache(), this.runId),
    };
  }

  /** Core's streams subscribe and begin their leg before they return. */
  private ownLeg<T>(begin: () => T, streams: (event: RunEvent) => boolean = () => true): T {
    this.streams = event => !isEnd(event) && streams(event);
    try {
      return begin();
    } finally {
      this.streams = undefined;
      this.ownReader = undefined;
    }
  }

  /** The result of a cancelled run has the steps that were executing. */
  private async withLastSteps(rested: Rested): Promise<Rested> {
    const { snapshot } = rested;
    if (snapshot?.status !== 'canceled') return rested;
    return { ...rested, snapshot: await withLastSteps(this.record, this.executionGraph.steps, snapshot) };
  }

  /** Executes a leg until the run is at rest; its stream has all events then, and the result. */
  private async driven(prepared: PreparedLeg, { outputOptions }: ExecutionArguments, reader?: StoryReader) {
    if (prepared.before) await reader?.skip(prepared.before);
    const rested = await this.withLastSteps(await this.sender.sendAndWait(prepared));
    await reader?.complete(rested.snapshot ?? runOfEvent(rested.finish));
    const result = await this.result(rested, outputOptions);
    if (!reader || result.status !== 'failed' || reader.hasFailure) return result;
    // Core's stream takes its status from its chunks, and here no step failed that would say so.
    this.streamOutput?.updateResults(result as never);
    this.streamOutput?.rejectResults(('error' in result ? result.error : undefined) as never);
    return result;
  }
}
