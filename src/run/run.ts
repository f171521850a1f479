import { Run } from '@mastra/core/workflows';
import type { AnyMastra, EngineOptions, RunChunk, RunResult, RunStatus, StepResults } from '../core-types';
import type { RunEvent } from '../realtime/channel';
import { isEnd } from '../realtime/events';
import { isWritten } from '../realtime/stored-events';
import { Persistence } from '../snapshot/persistence';
import type { Snapshot } from '../snapshot/snapshot';
import type { StartRequest } from '../wire/start-event';
import { serializedContext } from '../wire/request-context';
import { requireAllowed } from './allowed';
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
import {
  type Continuable,
  answered,
  hasResult,
  prepareRestart,
  prepareResume,
  prepareTimeTravel,
} from './continue';
import type { RunParts } from './run-parts';
import { LegSender, type PreparedLeg, firstLeg } from './leg-sender';
import { ObservedRun } from './observed-run';
import { withLastSteps } from '../function/last-steps';
import { type OutputOptions, resultOf } from './result';
import { checkedResumeData } from './resume-data';
import type { StoryReader } from './story-reader';
import { observedLegacyStream, observedStream } from './stream';
import { type RunListener, tellRun } from './tell-run';
import { type Rested, waitUpTo } from './wait-for-rest';

type BaseParams = ConstructorParameters<typeof Run>[0];
type WatchCallback = Parameters<Run['watch']>[0];
type Stream = ReturnType<Run['stream']>;

export interface InngestRunParams extends BaseParams, Omit<RunParts, 'realtime'> {
  pubsub: RunParts['realtime'];
  options: EngineOptions;
}

/** A call of one of core's streams, which subscribes and begins its leg before it returns. */
interface StreamCall {
  /** Which events the stream gets of the leg. */
  shows(event: RunEvent): boolean;
  /** Where the leg travels to, when core would resume. */
  travel?: TravelArguments;
  /** What tells the stream, until the leg takes it along. */
  reader?: StoryReader;
}

/** A run of a workflow on Inngest: what a caller drives. Nothing of it executes in the caller's process. */
export class InngestRun extends Run {
  private readonly parts: RunParts;
  private readonly sender: LegSender;
  private readonly observed: ObservedRun;
  private readonly options: EngineOptions;
  /** The statuses in which this run is stored, where `createRun` was given `shouldPersistSnapshot`. */
  storedStatuses?: readonly RunStatus[];
  /** `createRun` has just made the run, and it was not started since. */
  isNew = false;
  /** The call of one of core's streams that is being made; undefined outside of such a call. */
  private streamCall?: StreamCall;
  /** `streamLegacy()` was called: core ends the legacy observers of such a stream itself, and no others. */
  private hasLegacyStream = false;

  constructor(params: InngestRunParams) {
    super(params);
    const { port, log, logOf, record, pubsub: realtime, destination } = params;
    this.parts = { port, log, logOf, record, realtime, destination };
    this.options = params.options;
    this.sender = new LegSender(this.parts);
    const result = (snapshot: Snapshot) => this.result({ snapshot }, undefined);
    this.observed = new ObservedRun(this.parts, this.executionGraph, result);
  }

  override start(args: never): Promise<RunResult> {
    return super.start(argumentsOf('start', args));
  }

  /** Starts the run and waits for its result, without a time limit (I10). Core's `start`, `stream` and kin come here. */
  protected override async _start(args: StartArguments): Promise<RunResult> {
    const reader = this.streamCall?.reader;
    return this.sender.underWay(async arrived =>
      this.driven({ ...(await this.prepareStart(args)), arrived }, args, reader),
    );
  }

  /** Starts the run and returns as soon as Inngest has taken the event. */
  override async startAsync(args: never): Promise<{ runId: string }> {
    return this.sender.underWay(async () => {
      await this.sender.send(await this.prepareStart(argumentsOf('startAsync', args)));
      return { runId: this.runId };
    });
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
    return firstLeg(this.parts.record, request);
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

  private async result(rested: Rested, outputOptions: OutputOptions | undefined): Promise<RunResult> {
    const result = await resultOf(this.mastra as AnyMastra, rested, outputOptions);
    const { snapshot } = rested;
    if (!snapshot) return result;
    this.workflowRunStatus = snapshot.status;
    if (snapshot.status !== 'suspended') this.cleanup?.();
    return result;
  }

  override resume(args: never): Promise<RunResult> {
    return super.resume(argumentsOf('resume', args));
  }

  /** Continues a suspended run and waits until it comes to rest again. Core's `resume` and `resumeStream` come here. */
  protected override async _resume(args: ResumeArguments): Promise<RunResult> {
    const { travel } = this.streamCall ?? {};
    if (travel) return this._timeTravel(travel);
    const reader = this.streamCall?.reader;
    return this.sender.underWay(async arrived => {
      await requireAllowed(this, args);
      const prepared = { ...(await prepareResume(this.continuable, args)), arrived };
      const result = this.driven(prepared, args, reader);
      this.executionResults = result;
      const settled = await result;
      if (!args.isVNext && settled.status !== 'suspended') await this.closeStreamAction?.();
      this.streamOutput?.updateResults(settled);
      return settled;
    });
  }

  /** Continues a suspended run and returns as soon as Inngest has taken the event. */
  override async resumeAsync(args: never): Promise<{ runId: string }> {
    const given: ResumeArguments = argumentsOf('resumeAsync', args);
    return this.sender.underWay(async () => {
      await requireAllowed(this, given);
      await this.sender.send(await prepareResume(this.continuable, given));
      return { runId: this.runId };
    });
  }

  override timeTravel(args: never): Promise<RunResult> {
    return super.timeTravel(argumentsOf('timeTravel', args));
  }

  /** Executes the run once more from a step on. Core's `timeTravel` and `timeTravelStream` come here. */
  protected override async _timeTravel(travel: TravelArguments): Promise<RunResult> {
    const reader = this.streamCall?.reader;
    return this.sender.underWay(async arrived =>
      this.driven({ ...(await prepareTimeTravel(this.continuable, travel)), arrived }, travel, reader),
    );
  }

  /**
   * Continues a run that nobody executes any more, from the steps that were not done. A run whose process died needs no
   * restart: Inngest goes on with it. One that has ended gives its result again.
   */
  override async restart(args?: ExecutionArguments): Promise<RunResult> {
    const given = argumentsOf('restart', args);
    const snapshot = await answered(this.continuable);
    if (hasResult(snapshot)) {
      const includeState = Object.keys(snapshot.value).length > 0;
      return this.result({ snapshot }, { includeState });
    }
    return this.sender.underWay(async arrived =>
      this.driven({ ...(await prepareRestart(this.continuable, snapshot, given)), arrived }, given),
    );
  }

  private get continuable(): Continuable {
    const { workflowSteps: steps, parts } = this;
    return {
      record: parts.record,
      isNew: this.isNew,
      graph: this.executionGraph,
      serializedGraph: this.serializedStepGraph,
      storesRunning: stepResults =>
        new Persistence(this.options, this.storedStatuses).wanted('running', stepResults),
      validateResumeData: async (data, path, snapshot) => {
        if (this.validateInputs) await checkedResumeData(steps, data, path, snapshot.context as StepResults);
        return (await this._validateResumeData(data, steps[path[0] ?? ''])) as unknown;
      },
      validateTravelInput: async (input, stepId) => {
        const step = steps[stepId] as (typeof steps)[string];
        return (await this._validateTimetravelInputData(input, step)) as unknown;
      },
      settleUnanswered: snapshot => settleUnanswered(parts, snapshot),
      runState: inngestRunId => parts.port.runState(inngestRunId),
      request: args => this.request(args),
    };
  }

  /** Cancels the run, wherever it executes, and what is nested in it; a run that has ended stays as it is. */
  override async cancel(): Promise<void> {
    const canceled = await cancelStored(this.parts, this.workflowSteps, this.executionGraph);
    if (canceled) this.workflowRunStatus = 'canceled';
  }

  /** Waits for the run, whoever began it; see `typed-run.ts`. */
  async getRunOutput(_eventId?: string, maxWaitMs = 300_000): Promise<{ output: { result: unknown } }> {
    const settle = (snapshot: Snapshot) => settleUnanswered(this.parts, snapshot);
    const rested = await waitUpTo(this.parts, settle, maxWaitMs);
    return {
      output: { result: await this.result(await this.withLastSteps(rested), { includeState: true }) },
    };
  }

  /** Core's `watch`; a late watcher gets what happened before, too. */
  override watch(callback: WatchCallback): () => void {
    const { streamCall: call, observed } = this;
    const tell = (event: object) => callback(event as RunChunk);
    if (!call) return observed.watch(event => void Promise.resolve(tell(event)).catch(() => {}));
    call.reader = observed.reader(event => call.shows(event) && tell(event), { comesLate: false });
    return observed.follow(call.reader);
  }

  /** Resolves once events arrive. */
  override async watchAsync(callback: WatchCallback): Promise<() => void> {
    const unwatch = this.watch(callback);
    await this.observed.ready();
    return unwatch;
  }

  override stream(args: never): Stream {
    const given = argumentsOf('stream', args);
    return this.ownLeg(() => super.stream(given));
  }

  override streamLegacy(args?: never): ReturnType<Run['streamLegacy']> {
    const given = argumentsOf('streamLegacy', args);
    if (this.closeStreamAction) return super.streamLegacy(given);
    this.hasLegacyStream = true;
    const streamed = this.ownLeg(() => super.streamLegacy(given), { shows: event => !isWritten(event) });
    // Core closes this stream with a result alone: a start that failed would leave its reader waiting.
    this.executionResults?.catch(() => this.closeStreamAction?.());
    return streamed;
  }

  override resumeStream(args?: never): Stream {
    const given = argumentsOf('resumeStream', args);
    return this.ownLeg(() => super.resumeStream(given));
  }

  /** By core's `resumeStream`: core's own `timeTravelStream` breaks off at a chunk without a payload. */
  override timeTravelStream(args: never): Stream {
    const travel: TravelArguments = argumentsOf('timeTravelStream', args);
    return this.ownLeg(() => super.resumeStream(), { travel });
  }

  /**
   * The run's chunks from its beginning on, or from chunk `offset` (0-based) on, also where another process executes or streams
   * it; ends when the run comes to rest.
   * @example
   * for await (const chunk of run.observeStream({ offset: 12 })) console.log(chunk.type);
   */
  override observeStream(args?: { offset?: number }): ReturnType<Run['observeStream']> {
    const { offset = 0 } = argumentsOf('observeStream', args);
    return observedStream(this.observed, this.mastra?.getServerCache(), offset);
  }

  override observeStreamLegacy(): ReturnType<Run['observeStreamLegacy']> {
    if (this.hasLegacyStream) return super.observeStreamLegacy();
    return { stream: observedLegacyStream(this.observed, this.mastra?.getServerCache()) };
  }

  /** Tells the run's events until it has ended; see `tell-run.ts`. */
  tellAll(listener: RunListener): Promise<() => void> {
    return tellRun(this.observed, listener);
  }

  /** What the run told so far. */
  toldSoFar(): Promise<RunEvent[]> {
    return this.observed.toldSoFar();
  }

  private ownLeg<T>(begin: () => T, { shows = () => true, travel }: Partial<StreamCall> = {}): T {
    this.streamCall = { shows: event => !isEnd(event) && shows(event), travel };
    try {
      return begin();
    } finally {
      this.streamCall = undefined;
    }
  }

  /** The result of a cancelled run has the steps that were executing. */
  private async withLastSteps(rested: Rested): Promise<Rested> {
    const { snapshot } = rested;
    if (snapshot?.status !== 'canceled') return rested;
    return {
      ...rested,
      snapshot: await withLastSteps(this.parts.record, this.executionGraph.steps, snapshot),
    };
  }

  /** Executes a leg until the run is at rest; its stream has all events then, and the result. */
  private async driven(prepared: PreparedLeg, { outputOptions }: ExecutionArguments, reader?: StoryReader) {
    if (prepared.before) await reader?.skip(prepared.before);
    const rested = await this.withLastSteps(
      await this.sender.sendAndWait(prepared, snapshot => reader?.lookAgain(snapshot)),
    );
    await reader?.complete(rested.snapshot);
    const result = await this.result(rested, outputOptions);
    if (!reader || result.status !== 'failed' || reader.hasFailure) return result;
    // Core's stream takes its status from its chunks, and here no step failed that would say so.
    this.streamOutput?.updateResults(result);
    this.streamOutput?.rejectResults(result.error);
    return result;
  }
}
