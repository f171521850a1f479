/** What a user of durable agents does first: over real HTTP, with a scripted model. */
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createInngestAgent, isInngestAgent, type InngestAgent } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { scriptedModel } from './support/scripted-model';

const asked: string[] = [];
const weather = createTool({
  id: 'weather',
  description: 'The weather of a city',
  inputSchema: z.object({ city: z.string() }),
  outputSchema: z.object({ degrees: z.number() }),
  execute: async ({ city }) => {
    asked.push(city);
    return { degrees: city.length };
  },
});
const guarded = createTool({
  id: 'guarded',
  description: 'Needs a person',
  inputSchema: z.object({ sum: z.number() }),
  requireApproval: true,
  execute: async ({ sum }) => {
    asked.push(`paid ${sum}`);
    return { paid: sum };
  },
});
const suspending = createTool({
  id: 'suspending',
  description: 'Asks for a name',
  inputSchema: z.object({}),
  suspendSchema: z.object({ question: z.string() }),
  resumeSchema: z.object({ name: z.string() }),
  execute: async (_input, context) => {
    const { resumeData, suspend } = (
      context as never as { agent: { resumeData?: { name: string }; suspend: (x: object) => Promise<void> } }
    ).agent;
    if (!resumeData) return void (await suspend({ question: 'Who?' }));
    asked.push(resumeData.name);
    return { name: resumeData.name };
  },
});

const model = scriptedModel([
  { tools: [{ name: 'weather', args: { city: 'Rome' } }] },
  { tools: [{ name: 'weather', args: { city: 'Oslo' } }] },
  { text: ['It is ', 'warm.'] },
]);
const paying = scriptedModel([{ tools: [{ name: 'guarded', args: { sum: 5 } }] }, { text: ['Paid.'] }]);
const asking = scriptedModel([{ tools: [{ name: 'suspending', args: {} }] }, { text: ['Hello.'] }]);

let harness: Harness;
const agents: Record<string, InngestAgent> = {};

function durable(inngest: Inngest.Any, id: string, of: ReturnType<typeof scriptedModel>) {
  const agent = new Agent({
    id,
    name: id,
    instructions: 'Be brief.',
    model: of as never,
    tools: { weather, guarded, suspending },
  });
  agents[id] = createInngestAgent({ agent, inngest }) as never;
  return agents[id];
}

beforeAll(async () => {
  harness = await startHarness({
    workflows: () => ({}),
    agents: inngest => ({
      forecaster: durable(inngest, 'forecaster', model),
      payer: durable(inngest, 'payer', paying),
      asker: durable(inngest, 'asker', asking),
    }),
  });
});
afterAll(() => harness.stop());

const agent = (id: string): InngestAgent => agents[id] as InngestAgent;

async function typesOf(stream: ReadableStream<{ type: string }>): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of stream as never as AsyncIterable<{ type: string }>) types.push(type);
  return types;
}

test('stream() gives the text after two turns of tools', async () => {
  const { output, fullStream, runId, cleanup } = await agent('forecaster').stream('How is the weather?');
  const types = await typesOf(fullStream);
  expect(await output.text).toBe('It is warm.');
  expect(types).toEqual(
    expect.arrayContaining(['start', 'step-start', 'tool-call', 'tool-result', 'text-delta', 'finish']),
  );
  expect(types[0]).toBe('start');
  expect(asked).toEqual(['Rome', 'Oslo']);
  expect(runId).toEqual(expect.any(String));
  expect(model.calls).toHaveLength(3);
  cleanup();
});

test('generate() gives the whole output', async () => {
  const output = await agent('forecaster').generate('How is the weather?');
  expect(output.text).toBe('It is warm.');
  expect(output.finishReason).toBe('stop');
});

test('a tool that needs approval is called once it is approved', async () => {
  const output = await agent('payer').generate('Pay.');
  expect(output.finishReason).toBe('suspended');
  expect(asked).not.toContain('paid 5');
  const { text } = await agent('payer').approveToolCallGenerate({ runId: output.runId as string } as never);
  expect(text).toBe('Paid.');
  expect(asked).toContain('paid 5');
});

test('a tool that suspends goes on with what it is resumed with', async () => {
  const output = await agent('asker').generate('Hello.');
  expect(output.finishReason).toBe('suspended');
  const resumed = await agent('asker').resumeGenerate(output.runId as string, { name: 'Ada' });
  expect(resumed.text).toBe('Hello.');
  expect(asked).toContain('Ada');
});

test('observe() shows a run again, from an event on', async () => {
  const { output, runId } = await agent('forecaster').stream('How is the weather?');
  await output.text;
  const all = await agent('forecaster').observe(runId);
  const types = await typesOf(all.fullStream as never);
  const some = await agent('forecaster').observe(runId, { offset: 3 });
  expect(await typesOf(some.fullStream as never)).toEqual(types.slice(3));
  expect(types.at(-1)).toBe('finish');
});

test('an agent is told from others', () => {
  expect(isInngestAgent(agent('payer'))).toBe(true);
  expect(isInngestAgent(agent('payer').agent)).toBe(false);
});
