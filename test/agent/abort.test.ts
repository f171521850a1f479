/** Aborting a run that nobody executes at the moment. */
import { Agent } from '@mastra/core/agent';
import { APICallError } from 'ai';
import type { InngestAgent } from '@mastra/inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until';
import { type Stages, startStages } from './support/stages';
import { scriptedModel } from './support/scripted-model';

let stages: Stages;
beforeAll(async () => {
  stages = await startStages();
});
afterAll(() => stages.harness.stop());

test('a run that waits for its provider is cancelled, and its stream ends as aborted', async () => {
  const responseHeaders = { 'retry-after': '3600' };
  const request = { url: 'http://model', requestBodyValues: {} };
  const error = new APICallError({ message: 'later', ...request, statusCode: 429, responseHeaders });
  const model = scriptedModel([{ fails: { error } }]);
  const agent = new Agent({ id: 'waiter', name: 'waiter', instructions: '', model: model as never });
  const durable = stages.ours.make(agent) as unknown as InngestAgent;
  stages.ours.mastra.addAgent(durable as never, 'waiter');
  const { fullStream, abort } = await durable.stream('Go.');
  const chunks: { type: string; payload?: unknown }[] = [];
  const read = (async () => {
    for await (const chunk of fullStream as unknown as AsyncIterable<{ type: string }>) chunks.push(chunk);
  })();
  await until(() => stages.harness.proxy.ops.some(({ op }) => op === 'Sleep'));
  await abort();
  await read;
  expect(chunks.at(-1)).toMatchObject({ type: 'finish', payload: { stepResult: { reason: 'abort' } } });
  expect(model.calls).toHaveLength(1);
});
