/** A run whose process has lost what it held of it, as after a restart: the rest is what it would have been. */
import { Agent } from '@mastra/core/agent';
import { globalRunRegistry } from '@mastra/core/agent/durable';
import { MockMemory } from '@mastra/core/memory';
import { createTool } from '@mastra/core/tools';
import type { InngestAgent } from '@mastra/inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Stages, startStages } from './support/stages';
import { scriptedModel } from './support/scripted-model';

let stages: Stages;
beforeAll(async () => {
  stages = await startStages();
});
afterAll(() => stages.harness.stop());

/** An agent whose tool has the process forget the run. */
function forgetful(id: string, memory: MockMemory, calls: unknown[], text = 'Done.') {
  const forget = createTool({
    id: 'forget',
    description: 'Forgets',
    inputSchema: z.object({}),
    execute: async () => ({ forgotten: globalRunRegistry.delete(`run-of-${id}`) }),
  });
  const turns = [{ tools: [{ name: 'forget', args: {}, id: 'forget-1' }] }, { text: [text] }];
  const model = scriptedModel(turns, { onCall: call => calls.push(call) });
  const agent = new Agent({
    id,
    name: id,
    instructions: '',
    model: model as never,
    memory,
    tools: { forget },
  });
  const durable = stages.ours.make(agent) as unknown as InngestAgent;
  stages.ours.mastra.addAgent(durable as never, id);
  return durable;
}

test('messages and title of the thread are stored', async () => {
  const title = scriptedModel([{ text: ['A title'] }], { modelId: 'titles' });
  const memory = new MockMemory({ options: { generateTitle: { model: title as never } } });
  const durable = forgetful('titled', memory, []);
  const inThread = { memory: { thread: 'titled-thread', resource: 'me' } };
  const output = await durable.generate('Go.', { runId: 'run-of-titled', ...inThread });
  expect(output.toolResults[0]?.payload.result).toEqual({ forgotten: true });
  expect(output.text).toBe('Done.');
  expect(await memory.getThreadById({ threadId: 'titled-thread' })).toMatchObject({ title: 'A title' });
  const { messages } = await memory.recall({ threadId: 'titled-thread', resourceId: 'me' });
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'assistant']);
});

test('the model is still asked for structured output, with the fields in their order', async () => {
  const calls: { responseFormat?: { schema?: { properties?: object } } }[] = [];
  const durable = forgetful('structured', new MockMemory(), calls, '{"why":"so","answer":"yes"}');
  const schema = z.object({ why: z.string(), answer: z.string() });
  await durable.generate('Go.', {
    runId: 'run-of-structured',
    structuredOutput: { schema } as never,
  });
  const fields = calls.map(({ responseFormat }) => Object.keys(responseFormat?.schema?.properties ?? {}));
  expect(fields).toEqual([
    ['why', 'answer'],
    ['why', 'answer'],
  ]);
});
