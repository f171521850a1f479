/** What a provider's errors do to a run. */
import { APICallError } from 'ai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Agent } from '@mastra/core/agent';
import type { InngestAgent } from '@mastra/inngest';
import { until } from '../support/until';
import { type Stages, startStages } from './support/stages';
import { type Turn, scriptedModel } from './support/scripted-model';

let stages: Stages;
beforeAll(async () => {
  stages = await startStages();
});
afterAll(() => stages.harness.stop());

function refusal(statusCode: number, responseHeaders: Record<string, string>, isRetryable?: boolean): Turn {
  const request = { url: 'http://model', requestBodyValues: {} };
  const error = new APICallError({
    message: `status ${statusCode}`,
    ...request,
    statusCode,
    responseHeaders,
    isRetryable,
  });
  return { fails: { error } };
}

let count = 0;
/** An agent whose model does these one after the other. */
function agentOf(turns: Turn[]) {
  let calls = 0;
  const model = scriptedModel(() => turns[calls++] ?? {});
  const id = `errors-${++count}`;
  const agent = new Agent({ id, name: id, instructions: '', model: model as never });
  const durable = stages.ours.make(agent) as unknown as InngestAgent;
  stages.ours.mastra.addAgent(durable as never, id);
  return { durable, model };
}

async function typesOf(stream: unknown): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of stream as AsyncIterable<{ type: string }>) types.push(type);
  return types;
}

const TEXT = [
  'start',
  'step-start',
  'response-metadata',
  'text-start',
  'text-delta',
  'text-end',
  'step-finish',
  'finish',
];

test('a provider that asks for a pause is asked again after it, and no process waits', async () => {
  const { durable, model } = agentOf([refusal(429, { 'retry-after': '1' }), { text: ['at last'] }]);
  const { fullStream, output } = await durable.stream('Go.');
  const types = typesOf(fullStream);
  await until(() => stages.harness.proxy.ops.some(({ op }) => op === 'Sleep'));
  await stages.harness.advance('2s');
  const [start, stepStart, ...more] = TEXT;
  expect(await types).toEqual([start, stepStart, 'data-mastra-restart', stepStart, ...more]);
  expect(await output.text).toBe('at last');
  expect(model.calls).toHaveLength(2);
});

test.each([
  ['which the SDK calls final', () => refusal(400, { 'retry-after': '1' }, false)],
  ['without a word of when', () => refusal(429, {})],
  ['for longer than a day', () => refusal(429, { 'retry-after': '100000' })],
])('an error %s ends the run as on core', async (_name, failing) => {
  const { durable, model } = agentOf([failing(), { text: ['never'] }]);
  const { fullStream } = await durable.stream('Go.');
  expect(await typesOf(fullStream)).toEqual(['start', 'step-start', 'error', 'step-finish', 'finish']);
  expect(model.calls).toHaveLength(1);
});
