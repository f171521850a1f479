/** The tools of scripted agents; each notes what it was called with. */
import { createTool } from '@mastra/core/tools';
import { z } from 'zod';

export interface ToolCalls {
  calls: { tool: string; args: unknown }[];
}

const number = z.object({ n: z.number() });

interface ToolContext {
  agent?: { resumeData?: unknown; suspend?: (payload: unknown) => Promise<void> };
  abortSignal?: AbortSignal;
}

export function scriptedTools(noted: ToolCalls) {
  const note = (tool: string, args: unknown) => noted.calls.push({ tool, args });
  const add = createTool({
    id: 'add',
    description: 'Adds one',
    inputSchema: number,
    execute: async ({ n }) => {
      note('add', { n });
      return { sum: n + 1 };
    },
  });
  const fail = createTool({
    id: 'fail',
    description: 'Always fails',
    inputSchema: number,
    execute: async ({ n }) => {
      note('fail', { n });
      throw new TypeError(`no ${n}`);
    },
  });
  const guarded = createTool({
    id: 'guarded',
    description: 'Needs approval',
    inputSchema: number,
    requireApproval: true,
    execute: async ({ n }) => {
      note('guarded', { n });
      return { done: n };
    },
  });
  const ask = createTool({
    id: 'ask',
    description: 'Asks a person',
    inputSchema: number,
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: z.object({ answer: z.string() }),
    execute: async ({ n }, context) => {
      const { agent } = context as unknown as ToolContext;
      note('ask', { n, resumeData: agent?.resumeData });
      if (agent?.resumeData) return { heard: agent.resumeData };
      return void (await agent?.suspend?.({ question: `what of ${n}?` }));
    },
  });
  return { add, fail, guarded, ask };
}
