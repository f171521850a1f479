/** The calls that run a script's agent, each until it is at rest. */
import type { DurableAgent } from '@mastra/core/agent/durable';
import { until } from '../../support/until';
import type { Played, Script } from './script';

export interface Chunk {
  type: string;
  payload?: { toolCallId?: string };
}

/** A call that waits for a person. */
export interface WaitingCall {
  toolCallId: string;
  type: string;
}

/** What one call came to. */
export interface Leg {
  runId: string;
  output: object;
  finishReason?: string;
}

/** Calls the agent: with what it is told, or with a person's answer. */
export class Legs {
  readonly chunks: Chunk[] = [];
  private readonly answered: string[] = [];

  constructor(
    private readonly script: Script,
    private readonly played: Played,
    /** Resolves once the model says no more. */
    private readonly hanging: Promise<number>,
    private readonly asItIs: (value: unknown) => unknown,
  ) {}

  async first(options: object): Promise<Leg> {
    const { said = 'Go on.', generates } = this.script;
    const { durable } = this.played;
    return generates
      ? whole(await durable.generate(said, options as never))
      : this.collected(await durable.stream(said, options as never));
  }

  async next({ runId }: Leg, { toolCallId }: WaitingCall, answer: unknown, options: object): Promise<Leg> {
    this.answered.push(toolCallId);
    const { durable } = this.played;
    const all = { ...options, toolCallId } as never;
    return this.script.generates
      ? whole(await durable.resumeGenerate(runId, answer, all))
      : this.collected(await durable.resume(runId, answer, all));
  }

  /** The calls that wait for a person after it, in order. */
  waiting({ output, finishReason }: Leg): WaitingCall[] {
    if (finishReason !== 'suspended') return [];
    const { suspendPayload } = output as { suspendPayload?: SuspendPayload };
    if (this.script.generates) return suspendPayload ? [typed(suspendPayload)] : [];
    const answered = [...this.answered];
    return this.chunks
      .filter(({ type }) => type === 'tool-call-approval' || type === 'tool-call-suspended')
      .map(({ type, payload }) => ({ type, toolCallId: payload?.toolCallId ?? '' }))
      .filter(({ toolCallId }) => {
        const place = answered.indexOf(toolCallId);
        if (place >= 0) answered.splice(place, 1);
        return place < 0;
      });
  }

  private async collected({
    runId,
    fullStream,
    output,
    abort,
  }: Awaited<ReturnType<DurableAgent['stream']>>): Promise<Leg> {
    const { abortOnHang } = this.script;
    let isOver = false;
    const spoken = () => this.chunks.filter(({ type }) => type === 'text-delta').length;
    void this.hanging.then(async said => {
      if (isOver || !abortOnHang) return;
      await until(() => spoken() >= said);
      await (typeof abortOnHang === 'function' ? abortOnHang({ ...this.played, runId }) : abort());
    });
    // Each as it came: core goes on filling some of them.
    for await (const chunk of fullStream as unknown as AsyncIterable<Chunk>)
      this.chunks.push(this.asItIs(chunk) as Chunk);
    isOver = true;
    const full: object = await output.getFullOutput().catch((thrown: unknown) => ({ thrown }));
    return { runId, output: full, finishReason: (full as { finishReason?: string }).finishReason };
  }
}

/** What `generate()` gives of the call that waits. */
interface SuspendPayload {
  toolCallId: string;
  resumeSchema?: string;
}

function typed({ toolCallId, resumeSchema = '' }: SuspendPayload): WaitingCall {
  const isApproval = resumeSchema.includes('"approved"');
  return { toolCallId, type: isApproval ? 'tool-call-approval' : 'tool-call-suspended' };
}

function whole(output: object): Leg {
  const { runId = '', finishReason } = output as { runId?: string; finishReason?: string };
  return { runId, output, finishReason };
}

/** Calls that run at once end in whatever order. */
export function ordered<C extends Chunk>(chunks: readonly C[]): C[] {
  const sorted: C[] = [];
  const group: C[] = [];
  const callId = ({ payload }: C) => payload?.toolCallId ?? '';
  const flush = () =>
    sorted.push(...group.splice(0).toSorted((one, other) => (callId(one) < callId(other) ? -1 : 1)));
  for (const chunk of chunks) {
    if (!['tool-result', 'tool-error'].includes(chunk.type)) flush();
    if (['tool-result', 'tool-error'].includes(chunk.type)) group.push(chunk);
    else sorted.push(chunk);
  }
  flush();
  return sorted;
}
