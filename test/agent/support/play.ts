/** Plays one script on a durable agent, whoever's, and tells all that can be seen of it. */
import { randomUUID } from 'node:crypto';
import { Agent } from '@mastra/core/agent';
import type { DurableAgent } from '@mastra/core/agent/durable';
import { type MastraMemory, MockMemory } from '@mastra/core/memory';
import type { Mastra } from '@mastra/core';
import { RequestContext } from '@mastra/core/request-context';
import { comparable, withoutResponses } from './known-differences';
import { Legs, ordered } from './legs';
import { normaliser } from './normalised';
import type { Note, Noted, Outcome, Played, Script } from './script';
import { scriptedModel } from './scripted-model';
import { type ToolCalls, scriptedTools } from './tools';

/** What is known of one of the two agents that are compared. */
export interface Stage {
  mastra: Mastra;
  make: (agent: Agent) => DurableAgent;
}

const APPROVED = { approved: true };
const ANSWERED = { answer: 'yes' };

export async function play(stage: Stage, script: Script): Promise<Outcome> {
  const { played, model, calls, noted, plain } = prepared(stage, script);
  const { memory, threadId, resourceId } = played;
  const messages = async () => plain((await memory.recall({ threadId, resourceId })).messages);
  await script.before?.(played);
  const options = { memory: { thread: threadId, resource: resourceId }, closeOnSuspend: true };
  const legs = new Legs(script, played, model.hanging, plain);
  const answers = [...(script.answers ?? [])];
  const outputs: unknown[] = [];
  const whileWaiting: unknown[] = [];
  let leg = await legs.first({ ...options, ...script.options?.(played.note, () => played) });
  for (;;) {
    outputs.push(leg.output);
    const waiting = legs.waiting(leg);
    const call = waiting.at(script.lastFirst ? -1 : 0);
    if (!call) break;
    whileWaiting.push(
      comparable(
        await messages(),
        waiting.map(({ toolCallId }) => toolCallId),
      ),
    );
    const answer = answers.shift() ?? (call.type === 'tool-call-approval' ? APPROVED : ANSWERED);
    leg = await legs.next(leg, call, answer, options);
  }
  await script.after?.({ ...played, runId: leg.runId, noted: () => noted });
  return {
    chunks: ordered(legs.chunks),
    output: comparable(plain(script.generates || outputs.length > 1 ? withoutResponses(outputs) : outputs)),
    messages: comparable(await messages()),
    thread: plain(await memory.getThreadById({ threadId })),
    waiting: whileWaiting,
    prompts: plain(model.calls),
    toolCalls: plain(calls.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))),
    noted: comparable(byWhat(noted)),
  };
}

/** The script's agent, registered, and what notes what it does. */
function prepared({ mastra, make }: Stage, script: Script) {
  const id = `agent-${randomUUID().slice(0, 8)}`;
  const toolCalls: ToolCalls = { calls: [] };
  const noted: Noted[] = [];
  const normalise = normaliser();
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(normalise(value) ?? null).replaceAll(id, 'played'));
  const note: Note = (what, value) => noted.push({ what, value: plain(value) });
  const model = scriptedModel(typeof script.turns === 'function' ? script.turns() : script.turns);
  const given = { memory: new MockMemory(), ...script.agent?.(note, () => played) };
  const agent = new Agent({
    id,
    name: 'played',
    instructions: 'Do as the script says.',
    model: model as never,
    tools: scriptedTools(toolCalls),
    ...given,
  });
  const durable = make(agent);
  mastra.addAgent(durable as never, id);
  const played: Played = {
    durable,
    memory: memoryOf(given),
    threadId: `thread-${id}`,
    resourceId: `somebody-${id}`,
    note,
  };
  return { played, model, calls: toolCalls.calls, noted, plain };
}

/** The memory that an agent is given, or one that stays empty. */
function memoryOf({ memory }: { memory?: unknown }): MastraMemory {
  const given: unknown =
    typeof memory === 'function' ? memory({ requestContext: new RequestContext() }) : memory;
  return (given as MastraMemory | undefined) ?? new MockMemory();
}

/** The agent's hooks and the caller's callbacks are called in two places, neither of which waits for the other. */
function byWhat(noted: readonly Noted[]): unknown {
  return Object.groupBy(noted, ({ what }) => what);
}
