/** A request whose connection breaks within a call of the model or of a tool (one at a time, since all that are open break): no other is made again. */
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createInngestAgent } from '@mastra/inngest';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { type ModelCall, scriptedModel } from './support/scripted-model';

let app: Harness | undefined;
afterEach(() => app?.stop());

const CALLS = ['model 0', 'tool 1', 'model 1', 'tool 2', 'tool 3', 'model 2'];

/** Executes an agent's run, and breaks the request in which `broken` is called first. */
async function calledWhere(broken: string): Promise<{ calls: string[]; text: string }> {
  const calls: string[] = [];
  const note = (call: string) => {
    calls.push(call);
    if (call === broken && calls.filter(one => one === call).length === 1) app?.proxy.breakExecutions();
  };
  const add = createTool({
    id: 'add',
    description: 'Adds',
    inputSchema: z.object({ n: z.number() }),
    execute: async ({ n }) => {
      note(`tool ${n}`);
      return { sum: n };
    },
  });
  const tool = (n: number) => ({ name: 'add', args: { n }, id: `call-${n}` });
  const turnOf = ({ prompt }: ModelCall) => prompt.filter(({ role }) => role === 'assistant').length;
  const turns = [{ tools: [tool(1)] }, { tools: [tool(2), tool(3)] }, { text: ['done'] }];
  const model = scriptedModel(call => turns[turnOf(call)] ?? {}, {
    onCall: call => {
      note(`model ${turnOf(call)}`);
    },
  });
  const agent = new Agent({
    id: 'broken',
    name: 'broken',
    instructions: '',
    model: model as never,
    tools: { add },
  });
  app = await startHarness({
    workflows: () => ({}),
    agents: inngest => ({ broken: createInngestAgent({ agent, inngest }) }),
    checkpointing: false,
  });
  const durable = app.mastra.getAgentById('broken') as unknown as ReturnType<typeof createInngestAgent>;
  const { text } = await durable.generate('Go on.', { toolCallConcurrency: 1 });
  await app.proxy.quiet();
  return { calls, text };
}

test.each(CALLS)('within %s', async broken => {
  const { calls, text } = await calledWhere(broken);
  expect(text).toBe('done');
  expect(calls.toSorted()).toEqual([...CALLS, broken].toSorted());
});
