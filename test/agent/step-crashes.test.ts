/** An agent as a step of a workflow, nested and in a foreach, whose process dies before, in and after each op of the workflow. */
import { Agent } from '@mastra/core/agent';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createTool } from '@mastra/core/tools';
import { createInngestAgent, init } from '@mastra/inngest';
import { type TestAppOptions, testApp } from '@mastra/inngest/testing';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { makeClient, serveSdk } from '../support/sdk';
import { scriptedModel } from './support/scripted-model';

const prompt = z.object({ prompt: z.string() });
const answer = z.object({ text: z.string() });

interface App {
  mastra: Mastra;
  inngest: ReturnType<typeof makeClient>;
  once: object;
  each: object;
  /** What the agent called. */
  calls: string[];
}

/** `asks`: the tool needs approval. */
function appOf(id: string, asks: boolean): App {
  const calls: string[] = [];
  const inngest = makeClient({ id });
  const look = createTool({
    id: 'look',
    description: 'Looks',
    inputSchema: z.object({ n: z.number() }),
    requireApproval: asks,
    execute: async ({ n }) => {
      calls.push('look');
      return { n };
    },
  });
  const turns = [{ tools: [{ name: 'look', args: { n: 1 }, id: 'look-1' }] }, { text: ['seen'] }];
  const model = scriptedModel(turns, { onCall: () => calls.push('model') });
  const agent = new Agent({ id, name: id, instructions: '', model: model as never, tools: { look } });
  const durable = createInngestAgent({ agent, inngest });
  const { createWorkflow, createStep } = init(inngest);
  const once = createWorkflow({ id: `${id}-once`, inputSchema: prompt, outputSchema: answer })
    .then(createStep(durable as never) as never)
    .commit();
  const each = createWorkflow({
    id: `${id}-each`,
    inputSchema: z.array(prompt),
    outputSchema: z.array(answer),
  })
    .foreach(once as never)
    .commit();
  const mastra = new Mastra({
    agents: { durable } as never,
    workflows: { once, each } as never,
    storage: new InMemoryStore(),
    logger: false,
  });
  return { mastra, inngest, once, each, calls };
}

const kitOf = ({ mastra, inngest }: App) =>
  testApp({ mastra, inngest, serve: serveSdk as TestAppOptions['serve'] });

test.each([
  ['alone', 'once', 1],
  ['in a foreach of nested workflows', 'each', 2],
] as const)('%s, no call of the model and of a tool is made again', async (_how, which, count) => {
  const app = appOf(`step-crashes-${which}`, false);
  await using kit = await kitOf(app);
  const inputs = [{ prompt: 'one' }, { prompt: 'two' }];
  const inputData = which === 'each' ? inputs : inputs[0];
  const report = await kit.crashEverywhere(app[which] as never, { inputData } as never);
  expect(report.differing).toEqual([]);
  expect(report.runs).toBeGreaterThan(4);
  // A run of the agent is one of its own: what it did is not done again, whatever becomes of the step that waits for it.
  const all = report.runs * count;
  expect(app.calls.filter(call => call === 'model')).toHaveLength(2 * all);
  expect(app.calls.filter(call => call === 'look')).toHaveLength(all);
});

test('what a person is asked survives, too', async () => {
  const app = appOf('step-crashes-asks', true);
  await using kit = await kitOf(app);
  const report = await kit.crashEverywhere(
    app.once as never,
    {
      inputData: { prompt: 'one' },
      drive: async (run: { until(status: string): Promise<void>; resume(args: object): Promise<void> }) => {
        await run.until('suspended');
        await run.resume({ resumeData: { approved: true } });
      },
    } as never,
  );
  expect(report.differing).toEqual([]);
  expect(app.calls.filter(call => call === 'model')).toHaveLength(2 * report.runs);
  expect(app.calls.filter(call => call === 'look')).toHaveLength(report.runs);
});
