/** Mastra's own HTTP routes of agents, on core's `DurableAgent` and on ours: what Studio and `@mastra/client-js` use. */
import { Agent } from '@mastra/core/agent';
import { MockMemory } from '@mastra/core/memory';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveMastra } from '../server/rig';
import { ordered } from './support/legs';
import { normaliser } from './support/normalised';
import type { Stage } from './support/play';
import { type Stages, startStages } from './support/stages';
import { scriptedModel } from './support/scripted-model';
import { scriptedTools } from './support/tools';

const tool = (name: string, n = 1) => ({ name, args: { n }, id: `${name}-${n}` });
const said = (...text: string[]) => ({ text });
const TURNS = {
  talker: [said('Hel', 'lo')],
  adder: [{ tools: [tool('add')] }, said('2')],
  payer: [{ tools: [tool('guarded')] }, said('done')],
  asker: [{ tools: [tool('ask')] }, said('I see')],
};

let stages: Stages;
const sides: Record<string, { url: string; close(): Promise<void> }> = {};
beforeAll(async () => {
  stages = await startStages();
  for (const [name, stage] of Object.entries({ core: stages.core, ours: stages.ours })) {
    addAgents(stage);
    sides[name] = await serveMastra(stage.mastra);
  }
});
afterAll(async () => {
  for (const side of Object.values(sides)) await side.close();
  await stages.harness.stop();
});

function addAgents({ mastra, make }: Stage): void {
  for (const [id, turns] of Object.entries(TURNS)) {
    const agent = new Agent({
      id,
      name: id,
      instructions: 'Be brief.',
      model: scriptedModel(turns) as never,
      tools: scriptedTools({ calls: [] }),
      memory: new MockMemory(),
    });
    mastra.addAgent(make(agent) as never, id);
  }
}

interface Chunk {
  type: string;
  runId?: string;
  payload?: { toolCallId?: string };
}

/** Calls of one server. */
function clientOf(base: string) {
  const call = async (path: string, body?: object) =>
    fetch(`${base}/api/agents/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
  const json = async (path: string, body?: object) => {
    const response = await call(path, body);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  /** All chunks of a stream of server-sent events; the run's id as its first chunk has it. */
  const stream = async (path: string, body: object) => {
    const response = await call(path, body);
    const events = (await response.text()).split('\n\n').filter(event => event.startsWith('data: {'));
    const chunks = events.map(event => JSON.parse(event.slice('data: '.length)) as Chunk);
    return { status: response.status, chunks: ordered(chunks), runId: chunks[0]?.runId ?? '' };
  };
  return { json, stream };
}

type Client = ReturnType<typeof clientOf>;

/** What both servers answered: the same, and so given back once. */
async function alike<T>(scenario: (client: Client) => Promise<T>): Promise<T> {
  const answers: unknown[] = [];
  for (const side of ['core', 'ours']) {
    const answer = await scenario(clientOf(sides[side]?.url ?? ''));
    answers.push(normaliser()(JSON.parse(JSON.stringify(answer))));
  }
  expect(answers[1]).toEqual(answers[0]);
  return answers[1] as T;
}

const messages = 'Go on.';
const types = ({ chunks }: { chunks: Chunk[] }) => chunks.map(({ type }) => type);
const suspending = { messages, closeOnSuspend: true };

test('GET /agents/:id', async () => {
  const { body } = await alike(({ json }) => json('adder'));
  expect(body).toMatchObject({ name: 'adder' });
});

test('POST /generate', async () => {
  const seen = await alike(async ({ json }) => {
    const { status, body } = await json('adder/generate', { messages });
    const { text, finishReason, toolCalls, usage } = body;
    return {
      status,
      text,
      finishReason,
      toolCalls,
      usage,
      invalid: (await json('adder/generate', {})).status,
    };
  });
  expect(seen).toMatchObject({ status: 200, text: '2', finishReason: 'stop' });
});

test('POST /stream, and /observe from an event on', async () => {
  const seen = await alike(async ({ stream }) => {
    const all = await stream('adder/stream', { messages });
    const { runId } = all;
    const again = await stream('adder/observe', { runId });
    const later = await stream('adder/observe', { runId, offset: 5 });
    return { all, again: types(again), later: types(later) };
  });
  expect(types(seen.all)).toEqual(
    expect.arrayContaining(['start', 'tool-call', 'tool-result', 'text-delta', 'finish']),
  );
  expect(seen.later).toEqual(seen.again.slice(5));
});

test('POST /approve-tool-call, and what waits is listed', async () => {
  const seen = await alike(async ({ stream, json }) => {
    const asked = await stream('payer/stream', suspending);
    const waiting = await json('payer/suspended-runs');
    const answer = { runId: asked.runId, toolCallId: 'guarded-1' };
    const done = await stream('payer/approve-tool-call', answer);
    return {
      asked,
      done,
      waiting: waiting.body,
      left: (await json('payer/suspended-runs')).body,
    };
  });
  expect(types(seen.asked)).toContain('tool-call-approval');
  expect(types(seen.done)).toEqual(expect.arrayContaining(['tool-result', 'text-delta', 'finish']));
  expect(seen).toMatchObject({ waiting: { total: 1 }, left: { total: 0 } });
});

test('POST /decline-tool-call', async () => {
  const seen = await alike(async ({ stream }) => {
    const { runId } = await stream('payer/stream', suspending);
    return stream('payer/decline-tool-call', { runId, toolCallId: 'guarded-1', reason: 'too dear' });
  });
  expect(types(seen)).toContain('tool-output-denied');
});

test('POST /approve-tool-call-generate', async () => {
  const seen = await alike(async ({ json }) => {
    const asked = await json('payer/generate', suspending);
    const answer = { runId: asked.body.runId, toolCallId: 'guarded-1' };
    const { status, body } = await json('payer/approve-tool-call-generate', answer);
    return { asked: asked.body.finishReason, status, text: body.text };
  });
  expect(seen).toMatchObject({ asked: 'suspended', status: 200, text: 'done' });
});

test('POST /resume-stream', async () => {
  const seen = await alike(async ({ stream }) => {
    const { runId } = await stream('asker/stream', suspending);
    return stream('asker/resume-stream', { runId, resumeData: { answer: 'yes' }, toolCallId: 'ask-1' });
  });
  expect(types(seen)).toEqual(expect.arrayContaining(['tool-result', 'finish']));
});

test('calls that are refused', async () => {
  const statuses = await alike(async ({ json }) => [
    (await json('nobody/stream', { messages })).status,
    (await json('payer/approve-tool-call', { runId: 'nobody' })).status,
    (await json('talker/resume-stream', { resumeData: {} })).status,
  ]);
  expect(statuses.every(status => status >= 400 && status < 500)).toBe(true);
});
