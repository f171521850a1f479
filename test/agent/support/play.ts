/** Plays one script on a durable agent, whoever's, and tells all that can be seen of it. */
import { randomUUID } from 'node:crypto';
import { Agent } from '@mastra/core/agent';
import type { DurableAgent } from '@mastra/core/agent/durable';
import { MockMemory } from '@mastra/core/memory';
import type { Mastra } from '@mastra/core';
import { until } from '../../support/until';
import { comparable } from './known-differences';
import { normaliser } from './normalised';
import { type Turn, scriptedModel } from './scripted-model';
import { type ToolCalls, scriptedTools } from './tools';

export interface Script {
  name: string;
  turns: Turn[] | (() => Turn[]);
  /** Of the agent. */
  agent?: () => object;
  /** Of the call of `stream()`. */
  options?: () => object;
  /** What a person says to each call that waits, by its place; approves and answers by default. */
  answers?: unknown[];
  /** Aborts once the model says no more (`Turn.hangsAfter`), and all that it said has come. */
  abortOnHang?: boolean;
  /** Answers the call that began to wait last first. */
  lastFirst?: boolean;
}

export interface Outcome {
  chunks: unknown;
  output: unknown;
  messages: unknown;
  /** The messages that were stored each time that the run waited. */
  waiting: unknown;
  prompts: unknown;
  toolCalls: unknown;
}

/** What is known of one of the two agents that are compared. */
export interface Stage {
  mastra: Mastra;
  make: (agent: Agent) => DurableAgent;
}

interface Chunk {
  type: string;
  payload?: { toolCallId?: string };
}

const APPROVED = { approved: true };
const ANSWERED = { answer: 'yes' };

export async function play({ mastra, make }: Stage, script: Script): Promise<Outcome> {
  const noted: ToolCalls = { calls: [] };
  const turns = typeof script.turns === 'function' ? script.turns() : script.turns;
  const model = scriptedModel(turns);
  const memory = new MockMemory();
  const id = `agent-${randomUUID().slice(0, 8)}`;
  const agent = new Agent({
    id,
    name: 'played',
    instructions: 'Do as the script says.',
    model: model as never,
    tools: scriptedTools(noted),
    memory,
    ...script.agent?.(),
  });
  const durable = make(agent);
  mastra.addAgent(durable as never, id);
  const normalise = normaliser();
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(normalise(value)).replaceAll(id, 'played'));
  const inThread = { memory: { thread: `thread-${id}`, resource: 'somebody' } };
  const chunks: Chunk[] = [];
  let result = await durable.stream('Go on.', { ...inThread, closeOnSuspend: true, ...script.options?.() });
  const outputs: unknown[] = [];
  const stored = async () =>
    (await memory.recall({ threadId: `thread-${id}`, resourceId: 'somebody' })).messages;
  const whileWaiting: unknown[] = [];
  const answered: string[] = [];
  for (const answers = [...(script.answers ?? [])]; ;) {
    const leg = await collected(result, chunks, script.abortOnHang ? model.hanging : undefined);
    outputs.push(leg.output);
    const waiting = waitingCalls(chunks, answered);
    if (leg.finishReason !== 'suspended' || waiting.length === 0) break;
    whileWaiting.push(
      comparable(
        plain(await stored()),
        waiting.map(call => call.toolCallId),
      ),
    );
    const { toolCallId, type } = waiting.at(script.lastFirst ? -1 : 0) ?? { toolCallId: '', type: '' };
    const answer = answers.shift() ?? (type === 'tool-call-approval' ? APPROVED : ANSWERED);
    answered.push(toolCallId);
    result = await durable.resume(result.runId, answer, { toolCallId, closeOnSuspend: true, ...inThread });
  }
  const messages = await stored();
  return {
    chunks: plain(ordered(chunks)),
    output: comparable(plain(outputs)),
    messages: comparable(plain(messages)),
    waiting: whileWaiting,
    prompts: plain(model.calls),
    toolCalls: plain(
      noted.calls.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    ),
  };
}

async function collected(
  result: { fullStream: unknown; output: { getFullOutput(): Promise<object> }; abort(): Promise<void> },
  chunks: Chunk[],
  hanging?: Promise<number>,
): Promise<{ output: object; finishReason?: string }> {
  let isOver = false;
  const spoken = () => chunks.filter(({ type }) => type === 'text-delta').length;
  void hanging?.then(async said => {
    if (isOver) return;
    await until(() => spoken() >= said);
    await result.abort();
  });
  for await (const chunk of result.fullStream as AsyncIterable<Chunk>) chunks.push(chunk);
  isOver = true;
  const output = await result.output.getFullOutput().catch((thrown: unknown) => ({ thrown }));
  return { output, finishReason: (output as { finishReason?: string }).finishReason };
}

/** The calls that wait for a person, in order. */
function waitingCalls(
  chunks: readonly Chunk[],
  answered: readonly string[],
): { toolCallId: string; type: string }[] {
  const waiting = chunks.filter(
    ({ type }) => type === 'tool-call-approval' || type === 'tool-call-suspended',
  );
  return waiting
    .map(({ type, payload }) => ({ type, toolCallId: payload?.toolCallId ?? '' }))
    .filter(({ toolCallId }) => !answered.includes(toolCallId));
}

/** Calls that run at once end in whatever order. */
function ordered(chunks: readonly Chunk[]): Chunk[] {
  const sorted: Chunk[] = [];
  const group: Chunk[] = [];
  const callId = ({ payload }: Chunk) => payload?.toolCallId ?? '';
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
