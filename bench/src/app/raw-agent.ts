/** The agent as an Inngest user would write it by hand: a step for each call, and each word published as it comes. */
import { serve } from 'inngest/edge';
import { MODEL_CALLS, lookedUp, scriptOf } from '../graphs/agent';
import type { Handled } from '../graphs/raw';
import type { Mode } from '../matrix';
import { type Client, rawSdk } from './client';
import type { AgentSurroundings } from './agent-runner';
import type { Handler } from './raw-runner';
import type { RunTimes, Runner } from './runner';

interface Message {
  role: string;
  content: unknown;
}

interface Part {
  type: string;
  toolName?: string;
  input?: string;
}

/** The SDK's own way to listen (source: Inngest's documentation, "Realtime"). */
type Subscribe = (options: object) => Promise<ReadableStream<{ data: Part }>>;

export async function rawAgent(
  client: Client,
  mode: Mode,
  { name, probe }: AgentSurroundings,
): Promise<{ handler: Handler; runner: Runner }> {
  const { subscribe } = (await import('inngest/realtime')) as unknown as { subscribe: Subscribe };
  // Ops are counted of functions of that kind of name.
  const event = `workflow.${name}`;
  const functions = [agentFunction(client, mode, event)];
  const handler = serve({ client, functions } as never);
  const run = async (_scenario: unknown, id: string): Promise<RunTimes> => {
    const called = performance.now();
    const stream = await subscribe({ app: client, channel: channelOf(id), topics: ['watch'] });
    await client.send({ name: event, data: { run: id } });
    let first: number | undefined;
    for await (const { data } of stream) {
      if (data.type === 'text-delta') first ??= performance.now();
      if (data.type === 'finish') break;
    }
    probe.mark(id);
    return { called, sent: called, first };
  };
  return { handler, runner: { run } };
}

const channelOf = (run: string) => `agent:${run}`;

function agentFunction(client: Client, mode: Mode, name: string): object {
  const sdk = rawSdk(client, mode);
  return sdk.createFunction(name, name, async ({ event, step }: Handled) => {
    const channel = channelOf(event.data.run);
    const messages: Message[] = [{ role: 'user', content: 'What is on pages 1 and 2?' }];
    for (let turn = 1; turn <= MODEL_CALLS; turn++) {
      const { text, calls } = await step.run(`model ${turn}`, () =>
        modelCall(messages, part => sdk.publish(channel, part)),
      );
      messages.push({ role: 'assistant', content: [{ type: 'text', text }, ...calls] });
      for (const { input } of calls) {
        const { page } = JSON.parse(input ?? '{}') as { page: number };
        const result = await step.run(`tool ${turn}`, async () => lookedUp(page));
        messages.push({ role: 'tool', content: [result] });
      }
    }
    return sdk.publish(channel, { type: 'finish' });
  });
}

async function modelCall(
  prompt: Message[],
  publish: (part: object) => Promise<unknown>,
): Promise<{ text: string; calls: Part[] }> {
  const { stream } = await scriptOf().doStream({ prompt });
  const calls: Part[] = [];
  let text = '';
  for await (const part of stream as unknown as AsyncIterable<Part & { delta?: string }>) {
    if (part.type === 'tool-call') calls.push(part);
    if (part.type !== 'text-delta') continue;
    text += part.delta ?? '';
    await publish(part);
  }
  return { text, calls };
}
