import type { Agent, ToolsInput } from '@mastra/core/agent';
import {
  DurableAgent,
  type DurableAgentStreamOptions,
  type DurableAgentStreamResult,
  globalRunRegistry,
} from '@mastra/core/agent/durable';
import type { MastraServerCache } from '@mastra/core/cache';
import type { PubSub } from '@mastra/core/events';
import { InngestPubSub } from '../realtime/inngest-pubsub';
import { AGENT_BRAND } from '../brand';
import type { AnyMastra } from '../core-types';
import type { InngestClient } from '../sdk/client';
import type { FlowControl } from '../workflow/flow-control';
import { cancelLater } from './abort';
import { type AgenticWorkflow, agenticWorkflowOf } from './agentic-workflow';
import { closuresOf } from './closures';
import { lastEventOf } from './ending';
import { stepBody } from './step-of-workflow';
import { streamTopic } from './topics';
import type { CallerWord, RunEntry } from './run-facts';
import { recoveredByInngest } from './recovery';
import { schemaText, withoutSchema } from './structured-output';
import { hearingWholeCalls } from './whole-calls';

type WorkflowInput = Parameters<DurableAgent['executeWorkflow']>[1];

/** Options of {@link createInngestAgent}: the agent, where it runs, and Inngest's options of the function that it runs in. */
export interface CreateInngestAgentOptions<
  TAgentId extends string = string,
  TTools extends ToolsInput = ToolsInput,
  TOutput = undefined,
> extends FlowControl {
  /** The agent that becomes durable. */
  agent: Agent<TAgentId, TTools, TOutput>;
  /** The client of the app that serves the agent. */
  inngest: InngestClient;
  /** Its id; the agent's own by default. */
  id?: TAgentId;
  /** Its name; the agent's own by default. */
  name?: string;
  /** Where the events of its runs are kept for late observers; Mastra's server cache by default. `false`: they are read from the store. */
  cache?: MastraServerCache | false;
  /** What its events travel by, in place of Inngest realtime. */
  pubsub?: PubSub;
  /** The Mastra that it belongs to; `new Mastra({ agents })` says so by itself. */
  mastra?: AnyMastra;
  /** How many turns a run may have; core's default is 5. */
  maxSteps?: number;
  /**
   * Milliseconds for which the tokens of a model are gathered into one realtime message. By default 40, and up to 300 while they come
   * faster than anybody reads (25 a second).
   */
  streamBatchMs?: number;
  /**
   * What becomes of a run that was given functions (`stopWhen`, `prepareStep`, tools of the call, …), where the process that executes it
   * is not the caller's: it goes on without them, with a warning (`'warn'`, the default), or it fails (`'fail'`).
   */
  onMissingClosures?: 'warn' | 'fail';
}

/** Options of an agent's `stream()`. */
export type InngestAgentStreamOptions<TOutput = undefined> = DurableAgentStreamOptions<TOutput>;

/** What an agent's `stream()` gives. */
export type InngestAgentStreamResult<TOutput = undefined> = DurableAgentStreamResult<TOutput>;

/** Core's durable agent on Inngest. `createInngestAgent` makes it. */
export class InngestAgent<
  TAgentId extends string = string,
  TTools extends ToolsInput = ToolsInput,
  TOutput = undefined,
> extends DurableAgent<TAgentId, TTools, TOutput> {
  readonly [AGENT_BRAND] = true;
  readonly inngest: InngestClient;
  readonly onMissingClosures?: 'warn' | 'fail';
  /** What its events travel by, where that is not Inngest realtime. */
  readonly ownPubSub?: PubSub;
  private readonly shared: AgenticWorkflow;

  /** @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `INVALID_AGENT_OPTION`, `INVALID_WORKFLOW_OPTION` */
  constructor(options: CreateInngestAgentOptions<TAgentId, TTools, TOutput>) {
    const {
      agent,
      inngest,
      id,
      name,
      cache,
      pubsub,
      mastra,
      maxSteps,
      streamBatchMs,
      onMissingClosures,
      ...functionOptions
    } = options;
    const shared = agenticWorkflowOf(inngest);
    const own = pubsub instanceof InngestPubSub ? undefined : pubsub;
    shared.configure(id ?? agent.id, { functionOptions, streamBatchMs, eventCache: own ? undefined : cache });
    super({
      agent,
      id,
      name,
      maxSteps,
      ...(own ? { pubsub: own, cache } : { pubsub: shared.pubsub, cache: false }),
    });
    this.inngest = inngest;
    this.shared = shared;
    this.onMissingClosures = onMissingClosures;
    this.ownPubSub = own && this.pubsub;
    if (mastra) this.__registerMastra(mastra);
  }

  /** Where the events of its runs are kept; null for nowhere but the store. */
  override get cache(): MastraServerCache | null {
    if (this.ownPubSub) return super.cache;
    const { eventCache, mastra } = this.shared.get();
    return ((eventCache ?? mastra?.getServerCache()) as MastraServerCache | undefined) || null;
  }

  protected override createWorkflow(): ReturnType<DurableAgent['createWorkflow']> {
    return this.shared.get() as never;
  }

  /** Starts the run and follows it until it is at rest; it goes on where this process ends. */
  protected override async executeWorkflow(runId: string, workflowInput: WorkflowInput): Promise<void> {
    this.shared.requireAgent(this.id);
    const run = await this.shared.get().createRun({ runId, resourceId: workflowInput.state?.resourceId });
    const entry = globalRunRegistry.get(runId);
    const { options } = workflowInput;
    const mastraInngest = entry && (await this.callerWord(entry, schemaText(options)));
    const result = await run.start({
      inputData: {
        ...workflowInput,
        options: { ...withoutSchema(options), maxSteps: options.maxSteps ?? this.maxSteps, mastraInngest },
      },
      requestContext: entry?.requestContext,
      actor: options.actor,
    });
    if (result.status === 'suspended') return;
    // Where the run ended without a last event of its own, whoever listens gets one.
    if (result.status !== 'success')
      await this.pubsub.publish(streamTopic(runId), lastEventOf(runId, result));
    await this.shared.end(runId);
  }

  /** What a step does that is made of the agent. */
  stepBody(options?: object): (context: never) => Promise<unknown> {
    return stepBody({ agent: this as unknown as DurableAgent, runs: this.shared.stepRuns }, options);
  }

  /** Asks the process that executes the run to stop; where nobody hears of that in time, the run is cancelled. */
  protected override async requestRemoteAbort(runId: string): Promise<void> {
    await super.requestRemoteAbort(runId);
    cancelLater(this.shared.get(), runId);
  }

  /**
   * The run's events from `offset` (0-based) on, in any process (Mastra's documentation, "createInngestAgent").
   * @throws MastraInngestError `RUN_NOT_FOUND` where no such run is stored, or not any more
   */
  override async observe(
    ...[runId, options]: Parameters<DurableAgent<TAgentId, TTools, TOutput>['observe']>
  ) {
    if (!this.ownPubSub) await this.shared.requireRun(runId);
    return super.observe(runId, options);
  }

  /**
   * The stream of a run that goes on, from its beginning: Inngest goes on with it by itself, whatever became of its process, so nothing is
   * restarted (Mastra's documentation, "DurableAgent.recover").
   * @throws MastraInngestError `RUN_NOT_FOUND`
   * @example
   * const { fullStream } = await durable.recover(runId);
   */
  override recover(...[runId, options]: Parameters<DurableAgent<TAgentId, TTools, TOutput>['recover']>) {
    return this.observe(runId, options);
  }

  /**
   * The runs of this agent that go on, each as recovered (Mastra's documentation, "DurableAgent.recoverActiveRuns").
   * @example
   * const { succeeded } = await durable.recoverActiveRuns();
   */
  override recoverActiveRuns(
    options: Parameters<DurableAgent['recoverActiveRuns']>[0] = {},
  ): ReturnType<DurableAgent['recoverActiveRuns']> {
    return recoveredByInngest(
      options,
      filter => this.listActiveRuns(filter),
      runId => this.shared.requireRun(runId),
    );
  }

  override generate(...args: Parameters<DurableAgent<TAgentId, TTools, TOutput>['generate']>) {
    return hearingWholeCalls(() => super.generate(...args));
  }

  override resumeGenerate(...args: Parameters<DurableAgent<TAgentId, TTools, TOutput>['resumeGenerate']>) {
    return hearingWholeCalls(() => super.resumeGenerate(...args));
  }

  /** What another process must know of what lives in this one. */
  private async callerWord(entry: RunEntry, schema?: string): Promise<CallerWord | undefined> {
    const { requestContext, tripwire } = entry;
    const defaults = (await this.getDefaultOptions({ requestContext })) ?? {};
    const closures = closuresOf(entry, defaults);
    if (closures.length === 0 && !tripwire && schema === undefined) return undefined;
    return {
      ...(closures.length > 0 && { closures }),
      ...(tripwire && { tripwire }),
      ...(schema !== undefined && { schema }),
    };
  }

  /** Core calls this when a resumed run has ended. */
  protected override async deleteRunSnapshots(runId: string): Promise<void> {
    await this.shared.end(runId);
  }
}
