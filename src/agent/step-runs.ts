/** The runs of an agent that are steps of workflows: a step that is executed again after a crash asks what became of its run. */
import type { WorkflowRunStatus } from '@mastra/core/workflows';
import { isAtRest } from '../snapshot/snapshot';
import type { InngestWorkflow } from '../workflow/workflow';
import type { AgentPubSub } from './agent-pubsub';
import { streamTopic } from './topics';

/** Milliseconds between two looks at a run that goes on. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

const ASKS = ['tool-call-approval', 'tool-call-suspended'];
const ANSWERS = ['tool-result', 'tool-error'];

interface Chunk {
  type?: string;
  payload?: { toolCallId?: string };
}

export class StepRuns {
  constructor(
    private readonly workflow: () => InngestWorkflow,
    private readonly pubsub: AgentPubSub,
    /** The run stays stored for a while after its end: the step's op, which is not over yet, may be executed again. */
    readonly keep: (runId: string) => void,
  ) {}

  async hasBegun(runId: string): Promise<boolean> {
    const status = await this.status(runId);
    return status !== undefined && status !== 'pending';
  }

  /** Whether the run, at rest, still waits for this answer. Without an id: for any. */
  async waitsFor(runId: string, toolCallId: string | undefined): Promise<boolean> {
    if ((await this.status(runId)) !== 'suspended') return false;
    if (toolCallId === undefined) return true;
    return (await this.questions(runId)).some(({ payload }) => payload?.toolCallId === toolCallId);
  }

  /** Resolves when the run is at rest: to what it asks, or to undefined where it has ended. */
  async rested(runId: string): Promise<object | undefined> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const status = await this.status(runId);
      if (status === 'suspended') return (await this.questions(runId))[0]?.payload ?? {};
      if (status === undefined || isAtRest(status)) return undefined;
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }

  /** The chunks by which the run asks a person, without those that were answered. */
  private async questions(runId: string): Promise<Chunk[]> {
    const events = await this.pubsub.getHistory(streamTopic(runId));
    const chunks = events.map(({ data }) => (data ?? {}) as Chunk);
    const ids = (types: readonly string[]) =>
      chunks.filter(({ type }) => types.includes(type ?? '')).map(({ payload }) => payload?.toolCallId);
    const answered = ids(ANSWERS);
    return chunks.filter(
      ({ type, payload }) => ASKS.includes(type ?? '') && !answered.includes(payload?.toolCallId),
    );
  }

  private async status(runId: string): Promise<WorkflowRunStatus | undefined> {
    return (await this.workflow().getWorkflowRunById(runId))?.status;
  }
}
