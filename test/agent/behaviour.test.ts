/** What durable agents of this package do beyond core's. */
import { Agent } from '@mastra/core/agent';
import { InMemoryServerCache } from '@mastra/core/cache';
import { EventEmitterPubSub } from '@mastra/core/events';
import { InngestPubSub, type InngestAgent, createInngestAgent, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { makeClient } from '../support/sdk';
import { until } from '../support/until';
import { scriptedModel } from './support/scripted-model';

let harness: Harness;
let speaker: InngestAgent;
let own: InngestAgent;
let asked: InngestAgent;

const agentOf = (id: string, text: string[]) =>
  new Agent({ id, name: id, instructions: '', model: scriptedModel([{ text }]) as never });

function stepsOfAgents(inngest: Inngest.Any) {
  asked = createInngestAgent({ agent: agentOf('asked', ['an answer']), inngest }) as never;
  const { createWorkflow, createStep } = init(inngest);
  const prompt = z.object({ prompt: z.string() });
  const answer = z.object({ text: z.string() });
  const ask = createStep(asked as never);
  const one = createWorkflow({ id: 'asks-once', inputSchema: prompt, outputSchema: answer })
    .then(ask as never)
    .commit();
  const each = createWorkflow({
    id: 'asks-each',
    inputSchema: z.array(prompt),
    outputSchema: z.array(answer),
  })
    .foreach(one as never)
    .commit();
  return { one, each };
}

beforeAll(async () => {
  harness = await startHarness({
    workflows: stepsOfAgents,
    agents: inngest => {
      speaker = createInngestAgent({ agent: agentOf('speaker', ['a', 'b']), inngest }) as never;
      const pubsub = new EventEmitterPubSub();
      own = createInngestAgent({ agent: agentOf('own', ['c', 'd']), inngest, pubsub }) as never;
      return { speaker, own, asked };
    },
  });
});
afterAll(() => harness.stop());

test('an agent is a step of a workflow, and of one that is nested in a foreach', async () => {
  const once = await harness.mastra.getWorkflow('one' as never).createRun();
  const each = await harness.mastra.getWorkflow('each' as never).createRun();
  const prompts = [{ prompt: 'one' }, { prompt: 'two' }];
  expect(await once.start({ inputData: prompts[0] } as never)).toMatchObject({
    result: { text: 'an answer' },
  });
  expect(await each.start({ inputData: prompts } as never)).toMatchObject({
    status: 'success',
    result: [{ text: 'an answer' }, { text: 'an answer' }],
  });
});

test('a run that nobody knows is not observed', async () => {
  await expect(speaker.observe('nobody')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
});

test('InngestPubSub brings an agent’s events', async () => {
  const events: { type: string; index?: number }[] = [];
  const runId = 'heard-by-pubsub';
  await new InngestPubSub(harness.inngest).subscribeWithReplay(`agent.stream.${runId}`, event => {
    events.push(event);
  });
  await speaker.generate('Speak.', { runId });
  await until(() => events.some(({ type }) => type === 'finish'));
  expect(events.map(({ index }) => index)).toEqual(events.map((_event, place) => place));
});

test('an agent’s events go by the pubsub that it was given', async () => {
  const { output } = await own.stream('Speak.');
  expect(await output.text).toBe('cd');
});

test('rows of a run go once it has ended and its caller is done', async () => {
  const { output, runId, cleanup } = await speaker.stream('Speak.');
  await output.text;
  const rows = async () => {
    const store = await harness.mastra.getStorage()?.getStore('workflows');
    const { runs } = (await store?.listWorkflowRuns({})) ?? { runs: [] };
    return runs.filter(({ snapshot }) => JSON.stringify(snapshot).includes(runId)).length;
  };
  expect(await rows()).toBeGreaterThan(0);
  cleanup();
  await until(async () => (await rows()) === 0);
});

test('agents of one client have one set of options', () => {
  const inngest = makeClient({ id: 'options' });
  const agent = agentOf('a', []);
  const cache = new InMemoryServerCache();
  createInngestAgent({ agent, inngest, concurrency: 2, cache });
  createInngestAgent({ agent, inngest, concurrency: 2, cache });
  expect(createInngestAgent({ agent, inngest }).cache).toBe(cache);
  for (const other of [{ concurrency: 3 }, { cache: new InMemoryServerCache() }, { streamBatchMs: 5 }]) {
    expect(() => createInngestAgent({ agent, inngest, ...other })).toThrow(
      expect.objectContaining({ code: 'INVALID_AGENT_OPTION' }),
    );
  }
  expect(() => createInngestAgent({ agent, inngest, concurrency: -1 })).toThrow(
    expect.objectContaining({ code: 'INVALID_WORKFLOW_OPTION' }),
  );
});

test('an agent that is not registered does not begin a run', async () => {
  const agent = createInngestAgent({ agent: agentOf('unknown', []), inngest: harness.inngest });
  await expect(agent.generate('Go.')).rejects.toThrow('is not registered with Mastra');
});
