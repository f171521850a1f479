/** Runs that events of the user's own start. */
import { randomUUID } from 'node:crypto';
import { createStep, init, type TriggerEvent } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, type Stored, startHarness } from '../support/harness';

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const order = z.object({ id: z.string(), count: z.number().default(1) });
const done = z.object({ id: z.string(), count: z.number() });

/** Which orders a mapping was asked for, and which the step has had. */
const mapped: string[] = [];
const packed: string[] = [];
/** Events that belong to this file's app alone: a real server gives them to every app that listens. */
const place = `shop-${randomUUID().slice(0, 8)}`;

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const pack = createStep({
    id: 'pack',
    inputSchema: order,
    outputSchema: done,
    execute: async ({ inputData }) => {
      packed.push(inputData.id);
      return inputData;
    },
  });
  const plain = createWorkflow({
    id: `${place}-plain`,
    inputSchema: order,
    outputSchema: done,
    triggers: [{ event: `${place}/plain`, if: 'event.data.count != 13' }, { event: `${place}/all/*` }],
  })
    .then(pack)
    .commit();
  const mapping = createWorkflow({
    id: `${place}-mapping`,
    inputSchema: order,
    outputSchema: done,
    triggers: [
      {
        event: `${place}/mapped`,
        // Another one with each call: what a run goes on with must be what it began with.
        input: ({ name, data }: TriggerEvent<{ order?: string; count?: number }>) => {
          mapped.push(String(data.order));
          if (data.order === undefined) throw new RangeError(`${name} has no order`);
          return { id: `${data.order} ${mapped.length}`, count: data.count as number };
        },
      },
    ],
  })
    .then(pack)
    .sleep(5)
    .then(
      createStep({
        id: 'send',
        inputSchema: z.any(),
        outputSchema: done,
        execute: async ({ inputData }) => inputData,
      }),
    )
    .commit();
  const slow = createWorkflow({
    id: `${place}-slow`,
    inputSchema: order,
    outputSchema: done,
    triggers: [{ event: `${place}/slow` }],
  })
    .then(pack)
    .sleep(3_600_000)
    .commit();
  const changing = createWorkflow({
    id: `${place}-changing`,
    inputSchema: order,
    outputSchema: done,
    triggers: [
      { event: `${place}/changing` },
      { event: `${place}/mapped-and-changing`, input: ({ data }) => data as never },
    ],
  })
    .then(pack)
    .sleep(1500)
    .map(async ({ getInitData }) => getInitData())
    .commit();
  return { plain, mapping, slow, changing };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

const send = (name: string, data: object) =>
  harness.inngest.send({ name: `${place}/${name}`, data } as never);
const runs = (workflow: string) => harness.snapshots(`${place}-${workflow}`);

/** The run that has come to be since `before`, once it is at rest or (`at`) has this status. */
async function next(workflow: string, before: readonly Stored[], at?: string): Promise<Stored> {
  const known = new Set(before.map(({ runId }) => runId));
  const find = async () => (await runs(workflow)).filter(({ runId }) => !known.has(runId));
  await expect.poll(async () => (await find()).length).toBeGreaterThan(0);
  const [found] = await find();
  if (at === undefined) await harness.rested(`${place}-${workflow}`, found?.runId ?? '');
  else await expect.poll(async () => (await find())[0]?.status).toBe(at);
  const all = await find();
  expect(all).toHaveLength(1);
  return all[0] as Stored;
}

test('an event’s data is the run’s input, as the schema makes it; the run is called as Inngest calls it', async () => {
  const before = await runs('plain');
  // What it has of names that our own events use means nothing.
  const foreign = { runId: 'not-ours', resourceId: 5, inputData: { id: 'b' }, mastra: { version: 99 } };
  harness.proxy.reset();
  await send('plain', { id: 'a', ...foreign });
  const run = await next('plain', before);
  await harness.proxy.quiet();
  const steps = harness.proxy.ops.filter(({ op }) => op.startsWith('Step')).map(({ name }) => name);
  expect(new Set(steps)).toEqual(new Set(['input', 'pack', 'finish']));
  expect(run).toMatchObject({
    runId: expect.stringMatching(ULID),
    status: 'success',
    result: { id: 'a', count: 1 },
  });
  expect(run.context).toMatchObject({
    input: { id: 'a', count: 1 },
    pack: { output: { id: 'a', count: 1 } },
  });
});

test('an event that its condition does not fit starts nothing, and one that fits a pattern does', async () => {
  const before = await runs('plain');
  await send('plain', { id: 'unlucky', count: 13 });
  await send('all/of/them', { id: 'pattern' });
  expect(await next('plain', before)).toMatchObject({ status: 'success', result: { id: 'pattern' } });
});

test('what `input` makes of the event is the run’s input, and it is asked once', async () => {
  const before = await runs('mapping');
  const asked = mapped.length;
  await send('mapped', { order: 'c', count: 2 });
  const run = await next('mapping', before);
  const input = { id: `c ${asked + 1}`, count: 2 };
  expect(run).toMatchObject({ status: 'success', result: input });
  expect(run.context).toMatchObject({ input, pack: { payload: input } });
  expect(mapped.slice(asked)).toEqual(['c']);
});

test('what `input` throws fails the run with its message, once', async () => {
  const before = await runs('mapping');
  const asked = mapped.length;
  harness.proxy.reset();
  await send('mapped', {});
  const run = await next('mapping', before);
  expect(run).toMatchObject({
    status: 'failed',
    error: { name: 'RangeError', message: `${place}/mapped has no order` },
  });
  await harness.proxy.quiet();
  expect(mapped.slice(asked)).toEqual(['undefined']);
  const red = harness.proxy.ops.filter(({ op }) => op === 'StepFailed');
  expect(red.map(({ name }) => name)).toEqual(['input']);
});

test('what does not fit the input’s schema fails the run with the schema’s message', async () => {
  const before = await runs('mapping');
  const asked = mapped.length;
  await send('mapped', { order: 'd', count: 'many' });
  const run = await next('mapping', before);
  expect(run.status).toBe('failed');
  expect(run.error?.message).toMatch(/Invalid input data:[\s\S]*count: .*expected number/);
  expect(run.context).toEqual({ input: { id: `d ${asked + 1}`, count: 'many' } });
  expect(packed).not.toContain(`d ${asked + 1}`);
  expect(mapped.slice(asked)).toEqual(['d']);

  const plain = await runs('plain');
  await send('plain', { name: 'no id' });
  expect((await next('plain', plain)).error?.message).toMatch(/Invalid input data:[\s\S]*id: /);
});

test('code and dashboard start the workflow as before', async () => {
  const runId = randomUUID();
  const workflow = harness.mastra.getWorkflowById(`${place}-plain`);
  const run = await workflow.createRun({ runId });
  expect(await run.start({ inputData: { id: 'e' } })).toMatchObject({
    status: 'success',
    result: { id: 'e', count: 1 },
  });
  const invoked = randomUUID();
  await harness.invoke(`${place}-plain`, { inputData: { id: 'f' }, runId: invoked });
  expect(await harness.rested(`${place}-plain`, invoked)).toMatchObject({ result: { id: 'f', count: 1 } });
});

test('a run that an event has started is cancelled by its id', async () => {
  const before = await runs('slow');
  await send('slow', { id: 'g' });
  const { runId } = await next('slow', before, 'waiting');
  const run = await harness.mastra.getWorkflowById(`${place}-slow`).createRun({ runId });
  await run.cancel();
  expect(await harness.rested(`${place}-slow`, runId)).toMatchObject({ status: 'canceled' });
});

test('an end that Inngest alone knows of closes the run itself, and not the one that the event’s data names', async () => {
  const before = await runs('slow');
  const { runId: other } = await harness.mastra.getWorkflowById(`${place}-slow`).createRun();
  await send('slow', { id: 'h', runId: other });
  const { runId } = await next('slow', [...before, { runId: other } as Stored], 'waiting');
  const cancelled = await fetch(`${harness.proxy.url}/v1/runs/${runId}`, { method: 'DELETE' });
  expect(cancelled.ok).toBe(true);
  expect(await harness.rested(`${place}-slow`, runId)).toMatchObject({ status: 'canceled' });
  expect((await runs('slow')).find(one => one.runId === other)).toMatchObject({ status: 'pending' });
});

test.each(['changing', 'mapped-and-changing'])(
  'a deploy that takes the trigger of %s away does not touch a run that has begun, and starts no other',
  async event => {
    const workflow = harness.mastra.getWorkflowById(`${place}-changing`) as unknown as { triggers: object };
    const { triggers } = workflow;
    const before = await runs('changing');
    await send(event, { id: 'i' });
    const { runId } = await next('changing', before, 'waiting');
    workflow.triggers = { schedules: [], events: [] };
    expect(await harness.rested(`${place}-changing`, runId)).toMatchObject({
      status: 'success',
      result: { id: 'i', count: 1 },
    });
    // Inngest has the triggers of before, as for a moment in a deploy.
    const then = await runs('changing');
    await send(event, { id: 'j' });
    const refused = await next('changing', then);
    expect(refused).toMatchObject({ status: 'failed', error: { code: 'INVALID_EVENT_DATA' } });
    expect(refused.error?.message).toContain(`${place}/${event} starts workflow ${place}-changing no longer`);
    workflow.triggers = triggers;
  },
);
