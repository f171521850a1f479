/** Tools that wait for a person: several of them, again and again. */
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';
import type { Note, Script } from '../support/script';

const said = (...text: string[]) => ({ text });
const tool = (name: string, n: number) => ({ name, args: { n }, id: `${name}-${n}` });
const number = z.object({ n: z.number() });

interface Suspending {
  agent: {
    resumeData?: { answer: string };
    suspendData?: unknown;
    suspend: (payload: object) => Promise<void>;
  };
}

/** Asks until it is told `yes`. */
const insisting = (note: Note, more: object = {}) =>
  createTool({
    id: 'insisting',
    description: 'Asks again',
    inputSchema: number,
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: z.object({ answer: z.string() }),
    execute: async ({ n }, context) => {
      const { agent } = context as unknown as Suspending;
      note('asked', { n, resumeData: agent.resumeData });
      if (agent.resumeData?.answer === 'yes') return { n };
      return void (await agent.suspend({ question: agent.resumeData ? 'Really?' : 'Yes?' }));
    },
    ...more,
  });

export const WAITING: Script[] = [
  {
    name: 'three questions at once',
    turns: [{ tools: [tool('ask', 1), tool('ask', 2), tool('ask', 3)] }, said('.')],
  },
  {
    name: 'three questions at once, the last first',
    turns: [{ tools: [tool('ask', 1), tool('ask', 2), tool('ask', 3)] }, said('.')],
    lastFirst: true,
  },
  {
    name: 'a question and an approval at once',
    turns: [{ tools: [tool('ask', 1), tool('guarded', 2), tool('add', 3)] }, said('.')],
    answers: [{ answer: 'one' }, { approved: true }],
  },
  {
    name: 'one is approved, one refused',
    turns: [{ tools: [tool('guarded', 1), tool('guarded', 2)] }, said('one')],
    answers: [{ approved: true }, { approved: false, reason: 'enough' }],
  },
  {
    name: 'a tool that fails beside one that waits',
    turns: [{ tools: [tool('fail', 1), tool('guarded', 2)] }, said('.')],
  },
  {
    name: 'an approval, and then a question of the same tool',
    turns: [{ tools: [tool('insisting', 1)] }, said('.')],
    agent: note => ({ tools: { insisting: insisting(note, { requireApproval: true }) } }),
  },
  {
    name: 'questions in three turns',
    turns: [{ tools: [tool('ask', 1)] }, { tools: [tool('ask', 2)] }, { tools: [tool('ask', 3)] }, said('.')],
  },
  {
    name: 'questions one at a time',
    turns: [{ tools: [tool('ask', 1), tool('ask', 2)] }, said('.')],
    options: () => ({ toolCallConcurrency: 1 }),
  },
  {
    name: 'a question without memory',
    turns: [{ tools: [tool('ask', 1)] }, said('.')],
    agent: () => ({ memory: undefined }),
  },
  {
    name: 'answers to what waits no more',
    turns: [{ tools: [tool('guarded', 1)] }, said('never')],
    after: async ({ durable, runId, note }) => {
      await expectRefusal(note, durable.resume('nobody', {}, { toolCallId: 'guarded-1' }));
      await expectRefusal(note, durable.resume(runId, { approved: true }, { toolCallId: 'guarded-1' }));
    },
  },
];

/** Notes whether a call is refused; in which words is not compared. */
async function expectRefusal(note: Note, call: Promise<unknown>): Promise<void> {
  note('refused', await call.then(() => false).catch(() => true));
}
