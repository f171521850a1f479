/** What core calls recovery: Inngest goes on by itself, and nothing is done twice. */
import { Agent } from '@mastra/core/agent';
import { MockMemory } from '@mastra/core/memory';
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

/** A run whose model says its third part once `go` is called. */
async function running(id: string) {
  let go = () => {};
  const gate = new Promise<void>(resolve => {
    go = resolve;
  });
  const pause = async (part: number) => (part === 4 ? gate : undefined);
  const model = scriptedModel([{ text: ['a', 'b'], pause }]);
  const agent = new Agent({
    id,
    name: id,
    instructions: '',
    model: model as never,
    memory: new MockMemory(),
  });
  const durable = stages.ours.make(agent) as unknown as InngestAgent;
  stages.ours.mastra.addAgent(durable as never, id);
  const { runId, output } = await durable.stream('Go.', { memory: { thread: `in-${id}`, resource: 'me' } });
  await until(() => model.calls.length > 0);
  return { durable, model, runId, output, go };
}

test('runs that execute are listed, and are not executed twice for being recovered', async () => {
  const { durable, model, runId, output, go } = await running('listed');
  const active = async () => (await durable.listActiveRuns()).runs;
  await until(async () => (await active()).length > 0);
  expect(await active()).toMatchObject([
    { runId, status: 'running', threadId: 'in-listed', resourceId: 'me' },
  ]);
  expect((await durable.listActiveRuns({ threadId: 'another' })).runs).toEqual([]);
  expect(await durable.recoverActiveRuns()).toMatchObject({
    recovered: [{ runId, status: 'success' }],
    succeeded: 1,
    failed: 0,
  });
  expect(await durable.recoverActiveRuns({ runId })).toMatchObject({ succeeded: 1 });
  go();
  expect(await output.text).toBe('ab');
  expect(model.calls).toHaveLength(1);
  await until(async () => (await active()).length === 0);
});

test('recover() gives the stream of a run that goes on', async () => {
  const { durable, model, runId, output, go } = await running('recovered');
  const chunks: string[] = [];
  const recovered = await durable.recover(runId, { onChunk: ({ type }) => void chunks.push(type) });
  go();
  expect(await recovered.output.text).toBe('ab');
  expect(await output.text).toBe('ab');
  expect(chunks.filter(type => type === 'text-delta')).toHaveLength(2);
  expect(model.calls).toHaveLength(1);
});

test('a run that nobody knows is not recovered', async () => {
  const { durable, go } = await running('known');
  go();
  await expect(durable.recover('nobody')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  expect(await durable.recoverActiveRuns({ runId: 'nobody' })).toMatchObject({
    recovered: [{ status: 'failed', error: { code: 'RUN_NOT_FOUND' } }],
    failed: 1,
  });
});
