import { createDurableAgenticWorkflow, globalRunRegistry } from '@mastra/core/agent/durable';
import { MastraInngestError } from '../errors';
import { splitOptions } from '../function/options';
import type { ListCache } from '../log/event-log';
import type { InngestClient } from '../sdk/client';
import { portFor } from '../sdk/detect';
import type { FlowControl } from '../workflow/flow-control';
import type { InngestWorkflow } from '../workflow/workflow';
import { AgentPubSub } from './agent-pubsub';
import { moveGraph } from './graph';
import { surroundFor } from './surround';
import { StepRuns } from './step-runs';
import { streamTopic } from './topics';
import { unref } from '../unref';

/** Milliseconds for which the tokens of a model are gathered into one realtime message, and where it says more than anybody reads. */
const STREAM_BATCH_MS = 40;
const LONGEST_BATCH_MS = 300;

/** Milliseconds for which the run of a workflow's step stays stored after its end. */
const KEPT = 3_600_000;

/** What the agents of one client share: their runs are those of one Inngest function. */
export interface AgentOptions {
  functionOptions: FlowControl;
  streamBatchMs?: number;
  eventCache?: ListCache | false;
}

/** Options of {@link createInngestDurableAgenticWorkflow}. */
export interface InngestDurableAgenticWorkflowOptions {
  /** The client that makes the workflow's functions. */
  inngest: InngestClient;
  /** How many turns a run may have that says nothing of it; core's default is 5. */
  maxSteps?: number;
}

/** The workflow of one client's agents, which all of them share. */
export class AgenticWorkflow {
  private workflow?: InngestWorkflow;
  private options?: AgentOptions & { agentId: string };
  private readonly ended = new Set<string>();
  private readonly cleared = new Set<string>();

  readonly pubsub = new AgentPubSub(
    () => this.get(),
    runId => this.clear(runId),
  );

  /** Runs that are steps of workflows. */
  private readonly kept = new Set<string>();
  readonly stepRuns = new StepRuns(
    () => this.get(),
    this.pubsub,
    runId => void this.kept.add(runId),
  );

  constructor(private readonly inngest: InngestClient) {}

  /**
   * Takes over an agent's options. One function executes all agents of a client, as its runs are looked up by the workflow's id, which is
   * core's: so its options are those of all of them.
   * @throws MastraInngestError `INVALID_AGENT_OPTION` where another agent has others, `INVALID_WORKFLOW_OPTION`
   */
  configure(agentId: string, { functionOptions, streamBatchMs, eventCache }: AgentOptions): void {
    const { functionOptions: given } = splitOptions({ id: `of agent ${agentId}`, ...functionOptions });
    const options = { functionOptions: given, streamBatchMs, eventCache, agentId };
    const isPlain =
      Object.keys(given).length === 0 && streamBatchMs === undefined && eventCache === undefined;
    if (isPlain && (this.options || this.workflow)) return;
    const { options: known } = this;
    if (known ? !isSame(known, options) : this.workflow !== undefined)
      throw this.contradiction(options, known);
    if (!isPlain) this.options = options;
  }

  private contradiction({ agentId }: { agentId: string }, known?: { agentId: string }): MastraInngestError {
    const other = known ? `those of agent ${known.agentId}` : 'those with which they are served already';
    return new MastraInngestError(
      'INVALID_AGENT_OPTION',
      `Agent ${agentId} has other options (of its Inngest function, streamBatchMs or cache) than ${other}, and all agents of the client "${this.inngest.id}" ` +
        'run in one function. Give all of them the same options (a key such as `event.data.inputData.agentId` tells the agents ' +
        'apart), or make this one with a client of its own.',
    );
  }

  get(): InngestWorkflow {
    this.workflow ??= this.make(createDurableAgenticWorkflow());
    return this.workflow;
  }

  /** `core`: whose graph it is. */
  make(core: ReturnType<typeof createDurableAgenticWorkflow>): InngestWorkflow {
    const { functionOptions = {}, streamBatchMs, eventCache } = this.options ?? {};
    return moveGraph(core, {
      inngest: this.inngest,
      surround: surroundFor(this.pubsub),
      functionOptions,
      streamBatchMs: streamBatchMs ?? STREAM_BATCH_MS,
      longestBatchMs: streamBatchMs ?? LONGEST_BATCH_MS,
      eventCache,
    });
  }

  /** @throws MastraInngestError `AGENT_NOT_FOUND` for an agent that the processes which execute its runs would not find */
  requireAgent(agentId: string): void {
    const { mastra } = this.get();
    const agents: object = mastra?.listAgents() ?? {};
    if (!mastra || Object.values(agents).some((agent: { id: string }) => agent.id === agentId)) return;
    throw new MastraInngestError(
      'AGENT_NOT_FOUND',
      `Agent ${agentId} is not registered with Mastra, where its runs look for it. Register it: new Mastra({ agents: { … } }).`,
    );
  }

  /**
   * A caller may know a run's id before the run is stored, so it is looked for some times.
   * @throws MastraInngestError `RUN_NOT_FOUND`
   */
  async requireRun(runId: string): Promise<void> {
    const workflow = this.get();
    for (const pause of [0, 100, 300, 600, 1000]) {
      if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
      if (globalRunRegistry.get(runId) || (await workflow.getWorkflowRunById(runId))) return;
      if ((await this.pubsub.getHistory(streamTopic(runId))).length > 0) return;
    }
    throw new MastraInngestError(
      'RUN_NOT_FOUND',
      `No run ${runId} of an agent is stored: it was never started, or has ended and was cleaned up. Observe it with a cache that ` +
        'the processes share, or before its caller calls cleanup().',
      { workflowId: workflow.id, runId },
    );
  }

  /** The process that began or resumed a run has seen its end. */
  async end(runId: string): Promise<void> {
    this.ended.add(runId);
    await this.forget(runId);
  }

  /** Its caller is done with it. */
  private async clear(runId: string): Promise<void> {
    this.cleared.add(runId);
    await this.forget(runId);
  }

  /**
   * Removes what is stored of a run that has ended, once its caller has its stream. Until then, the row is what late observers read, in any
   * process. Only the process that drove the run removes it: an observer is not the last one.
   */
  private async forget(runId: string): Promise<void> {
    if (!this.ended.has(runId) || !this.cleared.has(runId)) return;
    this.ended.delete(runId);
    this.cleared.delete(runId);
    const remove = () => this.get().deleteWorkflowRunById(runId);
    // Where this process dies before the step's op is over, the row stays: the op is executed again, and finds it.
    if (this.kept.delete(runId)) unref(setTimeout(() => void remove().catch(() => {}), KEPT));
    else await remove();
  }
}

const workflows = new WeakMap<object, AgenticWorkflow>();

/** @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH` */
export function agenticWorkflowOf(inngest: InngestClient): AgenticWorkflow {
  portFor(inngest);
  const known = workflows.get(inngest) ?? new AgenticWorkflow(inngest);
  workflows.set(inngest, known);
  return known;
}

function isSame(one: AgentOptions, other: AgentOptions): boolean {
  const shown = ({ functionOptions, streamBatchMs }: AgentOptions) =>
    JSON.stringify({ functionOptions, streamBatchMs });
  return one.eventCache === other.eventCache && shown(one) === shown(other);
}

/**
 * The workflow in which a client's durable agents run. Agents bring it along by themselves; it is for apps that register it by hand.
 * @returns the one that the client's agents share or, with `maxSteps`, another one of the same id, which no app can serve beside it
 * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`, `UNKNOWN_AGENT_GRAPH`
 * @example
 * const workflow = createInngestDurableAgenticWorkflow({ inngest });
 * workflow.id; // durable-agentic-loop
 */
export function createInngestDurableAgenticWorkflow({
  inngest,
  maxSteps,
}: InngestDurableAgenticWorkflowOptions): InngestWorkflow {
  const shared = agenticWorkflowOf(inngest);
  return maxSteps === undefined ? shared.get() : shared.make(createDurableAgenticWorkflow({ maxSteps }));
}
