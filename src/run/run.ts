import { type DefaultEngineType, Run, type Step } from '@mastra/core/workflows';
import type { AnyMastra, Context } from '../core-types';
import { asCoreError } from '../engine/outcome';
import { MastraInngestError } from '../errors';
import type { RealtimePubSub } from '../realtime/pubsub';
import type { InngestPort } from '../sdk/port';
import type { RunRecord } from '../snapshot/run-record';
import { cancelEventName, type StartRequest, buildStartData, startEventName } from '../wire/start-event';
import { type OutputOptions, resultOf, runOfEvent, thrownError } from './result';
import { RestWaiter, type Rested } from './wait-for-rest';

type AnyStep = Step<string, unknown, unknown, unknown, unknown, unknown, DefaultEngineType>;
type BaseParams = ConstructorParameters<typeof Run>[0];

export interface InngestRunParams extends BaseParams {
  port: InngestPort;
  record: RunRecord;
  pubsub: RealtimePubSub;
}

/** What core's public methods pass to `_start`. */
interface StartArguments {
  inputData?: unknown;
  initialState?: unknown;
  requestContext?: Context;
  outputOptions?: OutputOptions;
  perStep?: boolean;
  actor?: unknown;
  tracingOptions?: { traceId?: string; parentSpanId?: string };
}

/** A run of a workflow on Inngest: what a caller drives. Nothing of it executes in the caller's process. */
export class InngestRun extends Run<DefaultEngineType, AnyStep[]> {
  private readonly port: InngestPort;
  private readonly record: RunRecord;
  private readonly realtime: RealtimePubSub;

  constructor(params: InngestRunParams) {
    super(params);
    this.port = params.port;
    this.record = params.record;
    this.realtime = params.pubsub;
  }

  /** Starts the run and waits for its result, without a time limit (I10). Core's `start`, `stream` and kin come here. */
  protected override async _start(args: StartArguments): Promise<never> {
    const request = await this.prepare(args);
    const waiter = new RestWaiter(this.realtime, this.record, this.log);
    await waiter.subscribe();
    try {
      await this.realtime.ready();
      await this.send(request);
      return (await this.result(await waiter.wait(), args.outputOptions)) as never;
    } finally {
      await waiter.close();
    }
  }

  /** Starts the run and returns as soon as Inngest has taken the event. */
  override async startAsync(args: never): Promise<{ runId: string }> {
    await this.send(await this.prepare(args));
    return { runId: this.runId };
  }

  /** All that can be wrong is found here, before anything is stored or sent. */
  private async prepare(args: StartArguments): Promise<StartRequest> {
    const { requestContext, outputOptions, perStep, actor, tracingOptions } = args;
    const inputData: unknown = await this._validateInput(args.inputData);
    const initialState: unknown = await this._validateInitialState(args.initialState ?? {});
    await this._validateRequestContext(requestContext);
    return {
      inputData,
      initialState: initialState as Record<string, unknown>,
      runId: this.runId,
      resourceId: this.resourceId,
      requestContext: this.sendableContext(requestContext),
      outputOptions,
      tracingOptions: tracingOptions && {
        traceId: tracingOptions.traceId,
        parentSpanId: tracingOptions.parentSpanId,
      },
      perStep: perStep || undefined,
      actor,
      disableScorers: this.disableScorers || undefined,
      sender: { validated: true, ancestors: [] },
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

  private async send(request: StartRequest): Promise<void> {
    const data = buildStartData(request, this.workflowId);
    await this.requireUnstarted();
    try {
      // The id makes a second start of this run harmless (I5).
      const id = `${this.workflowId}:${this.runId}:start`;
      await this.port.send({ id, name: startEventName(this.workflowId), data });
    } catch (error) {
      throw new MastraInngestError(
        'SEND_FAILED',
        `Run ${this.runId} of workflow ${this.workflowId} was not started: Inngest did not take its event ` +
          `(${asCoreError(error).message}). Is the Inngest server reachable, and the event key right?`,
        { workflowId: this.workflowId, runId: this.runId },
        { cause: error },
      );
    }
  }

  private async requireUnstarted(): Promise<void> {
    const snapshot = await this.record.load();
    if (!snapshot || snapshot.status === 'pending') return;
    throw new MastraInngestError(
      'RUN_CONFLICT',
      `Run ${this.runId} of workflow ${this.workflowId} was already started (its status is ${snapshot.status}). ` +
        'Create a new run to start the workflow again.',
      { workflowId: this.workflowId, runId: this.runId },
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
    const logger = this.mastra?.getLogger();
    return { warn: (message: string, details?: Record<string, unknown>) => logger?.warn(message, details) };
  }

  /** Cancels the run, wherever it executes; a run that has ended stays as it is. */
  override async cancel(): Promise<void> {
    const moved = await this.record.move('canceled');
    if (!moved && (await this.record.load())) return;
    this.workflowRunStatus = 'canceled';
    await this.port.send({
      id: `${this.workflowId}:${this.runId}:cancel`,
      name: cancelEventName(this.workflowId),
      data: { runId: this.runId },
    });
  }

  // Core's own versions of these would execute the workflow in the caller's process.
  override async resume(): Promise<never> {
    throw this.notSupported('resume()');
  }
  override async resumeAsync(): Promise<never> {
    throw this.notSupported('resumeAsync()');
  }
  override resumeStream(): never {
    throw this.notSupported('resumeStream()');
  }
  override async restart(): Promise<never> {
    throw this.notSupported('restart()');
  }
  override async timeTravel(): Promise<never> {
    throw this.notSupported('timeTravel()');
  }
  override timeTravelStream(): never {
    throw this.notSupported('timeTravelStream()');
  }

  private notSupported(method: string): MastraInngestError {
    return new MastraInngestError(
      'NOT_SUPPORTED',
      `${method} is not part of this release (workflow ${this.workflowId}, run ${this.runId}).`,
      { workflowId: this.workflowId, runId: this.runId },
    );
  }
}
