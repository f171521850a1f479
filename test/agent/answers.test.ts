/** A person's answer by each method, from another process than the one that began the run, to a worker that was replaced meanwhile. */
import type { InngestAgent } from '@mastra/inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until';
import { type Chunk, callsIn } from './support/clerk';
import { type TwoProcesses, startTwoProcesses } from './support/two-processes';

interface Waiting {
  runId: string;
  toolCallId: string;
}

type Answer = (agent: InngestAgent, waiting: Waiting) => Promise<{ text: string | Promise<string> }>;

const yes = { approved: true };
const ANSWERS: Record<string, Answer> = {
  resume: async (agent, { runId, toolCallId }) => (await agent.resume(runId, yes, { toolCallId })).output,
  resumeGenerate: (agent, { runId, toolCallId }) => agent.resumeGenerate(runId, yes, { toolCallId }),
  resumeStream: (agent, waiting) => agent.resumeStream(yes, waiting),
  approveToolCall: (agent, waiting) => agent.approveToolCall(waiting),
  approveToolCallGenerate: (agent, waiting) => agent.approveToolCallGenerate(waiting as never),
  declineToolCall: (agent, waiting) => agent.declineToolCall(waiting),
  declineToolCallGenerate: (agent, waiting) => agent.declineToolCallGenerate(waiting as never),
};

let both: TwoProcesses;
const waiting = new Map<string, Waiting>();
beforeAll(async () => {
  both = await startTwoProcesses();
  const { clerk } = both.caller();
  for (const name of Object.keys(ANSWERS)) {
    const { runId, suspendPayload } = await clerk.generate('Buy it.');
    const { toolCallId } = suspendPayload as { toolCallId: string };
    waiting.set(name, { runId: String(runId), toolCallId });
  }
  await both.worker.stop();
  await both.relaunch();
});
afterAll(() => both.stop());

test.each(Object.entries(ANSWERS))('%s', async (name, answer) => {
  const before = both.journal().length;
  const output = await answer(both.caller().clerk, waiting.get(name) as Waiting);
  expect(await output.text).toBe('It is yours.');
  const bought = name.startsWith('decline') ? [] : ['buy'];
  expect(callsIn(both.journal().slice(before))).toEqual([...bought, 'model 3']);
});

test('a run of a thread is aborted by its thread', async () => {
  const { sleeper } = both.caller();
  const inThread = { threadId: 'aborted', resourceId: 'somebody' };
  const memory = { thread: inThread.threadId, resource: inThread.resourceId };
  const { fullStream } = await sleeper.stream('Sleep.', { memory });
  const chunks: Chunk[] = [];
  for await (const chunk of fullStream as unknown as AsyncIterable<Chunk>) {
    chunks.push(chunk);
    if (chunk.type === 'text-delta') await until(() => sleeper.abortThreadStream(inThread));
  }
  expect(chunks.at(-1)).toMatchObject({ type: 'finish', payload: { stepResult: { reason: 'abort' } } });
});
