/** The counter of Mastra's guide, and what code that was written for the npm package calls. */
import { InngestPubSub, InngestRun, InngestWorkflow, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { ownFunction, referenceFunction } from '../support/sdk';

const counter = z.object({ value: z.number() });
let open: () => void;
const gate = new Promise<void>(resolve => {
  open = resolve;
});

function build(inngest: Inngest.Any) {
  const { createWorkflow, createStep } = init(inngest);
  const schemas = { inputSchema: counter, outputSchema: counter };
  const increment = createStep({
    id: 'increment',
    ...schemas,
    execute: async ({ inputData }) => ({ value: inputData.value + 1 }),
  });
  const log = createStep({ id: 'log', ...schemas, execute: async ({ inputData }) => inputData });
  const fail = createStep({
    id: 'fail',
    ...schemas,
    execute: async () => {
      throw new TypeError('no paper');
    },
  });
  const wait = createStep({
    id: 'wait',
    ...schemas,
    execute: async ({ inputData }) => {
      await gate;
      return inputData;
    },
  });
  const once = createWorkflow({ id: 'once', ...schemas, steps: [increment, log] })
    .then(increment)
    .then(log)
    .commit();
  const count = createWorkflow({ id: 'count', ...schemas })
    .dountil(once, async ({ inputData }) => inputData.value >= 10)
    .then(log);
  count.commit();
  const failing = createWorkflow({ id: 'failing', ...schemas })
    .then(fail)
    .commit();
  const waiting = createWorkflow({ id: 'waiting', ...schemas })
    .then(wait)
    .commit();
  return { count, failing, waiting };
}

type Built = ReturnType<typeof build>;
const invoked: Record<string, unknown> = {};
let built: Built;
let harness: Harness;

/** A function of the user's own that runs the workflow in a step. */
function invoker(inngest: Inngest.Any, id: string, target: () => object): object {
  return ownFunction(inngest, { id, triggers: [{ event: `test/${id}` }] }, async ({ step }) => {
    invoked[id] = await step.invoke('count', { function: target(), data: { inputData: { value: 7 } } });
  });
}

beforeAll(async () => {
  harness = await startHarness({
    workflows: (inngest: Inngest.Any) => (built = build(inngest)),
    functions: inngest => [
      invoker(inngest, 'by-function', () => built.count.getFunction()),
      ownFunction(
        inngest,
        { id: 'of-a-failure', triggers: [{ event: 'test/of-a-failure' }] },
        async ({ step }) => {
          const data = { inputData: { value: 7 } };
          const outcome = step.invoke('failing', { function: built.failing.getFunction(), data });
          invoked['of-a-failure'] = await outcome.catch((error: unknown) => error);
        },
      ),
      invoker(inngest, 'by-name', () => referenceFunction({ functionId: 'workflow.count' })),
    ],
  });
});
afterAll(() => harness.stop());

const workflow = <K extends keyof Built>(name: K): Built[K] =>
  harness.mastra.getWorkflow(name as never) as Built[K];

test('the guide’s counter counts to ten', async () => {
  const run = await workflow('count').createRun();
  const result = await run.start({ inputData: { value: 5 } });
  expect(result).toMatchObject({ status: 'success', result: { value: 10 } });
  expect(run).toBeInstanceOf(InngestRun);
  expect(workflow('count')).toBeInstanceOf(InngestWorkflow);
});

test.each(['by-function', 'by-name'])('a function of the user’s own runs a workflow: %s', async id => {
  await harness.inngest.send({ name: `test/${id}`, data: {} });
  await expect
    .poll(() => invoked[id])
    .toMatchObject({
      result: { status: 'success', result: { value: 10 } },
      runId: expect.any(String),
    });
});

test('a run that fails throws in the function that invoked it, with the step’s error', async () => {
  await harness.inngest.send({ name: 'test/of-a-failure', data: {} });
  await expect
    .poll(() => invoked['of-a-failure'])
    .toMatchObject({ message: expect.stringContaining('no paper') });
});

test('getRunOutput() gives the result of a run that something else began', async () => {
  const run = await workflow('count').createRun();
  await run.startAsync({ inputData: { value: 9 } });
  const { output } = await run.getRunOutput('an event');
  expect(output.result).toMatchObject({ status: 'success', result: { value: 10 }, state: {} });
  // It has ended: the result is there for whoever asks again.
  expect((await run.getRunOutput()).output.result.status).toBe('success');
  const failed = await workflow('failing').createRun();
  await failed.startAsync({ inputData: { value: 1 } });
  const result = (await failed.getRunOutput()).output.result;
  expect(result).toMatchObject({ status: 'failed', error: { name: 'TypeError', message: 'no paper' } });
});

test('getRunOutput() waits as long as it may, and says so', async () => {
  const run = await workflow('waiting').createRun();
  await expect(run.getRunOutput(undefined, 0)).rejects.toMatchObject({ code: 'INVALID_ARGUMENTS' });
  await run.startAsync({ inputData: { value: 1 } });
  await expect(run.getRunOutput('an event', 700)).rejects.toMatchObject({
    code: 'RUN_ACTIVE',
    message: expect.stringContaining('has not come to rest in 700 ms'),
  });
  open();
  expect((await run.getRunOutput()).output.result.status).toBe('success');
});

interface Heard {
  type: string;
  payload?: Record<string, unknown>;
}

test('InngestPubSub hears a run, whose last event says how it ended as the npm package does', async () => {
  const run = await workflow('failing').createRun();
  const pubsub = new InngestPubSub(harness.inngest, 'failing');
  const heard: Heard[] = [];
  const topic = `workflow.events.v2.${run.runId}`;
  await pubsub.subscribe(topic, event => void heard.push(event.data as Heard));
  await run.start({ inputData: { value: 1 } });
  await expect.poll(() => heard.at(-1)?.type).toBe('workflow-finish');
  expect(heard.at(-1)?.payload).toMatchObject({
    status: 'failed',
    workflowStatus: 'failed',
    error: { message: 'no paper' },
  });
  await pubsub.close();
  await expect.poll(() => harness.proxy.openSockets).toBe(0);
});

test('InngestPubSub publishes to those who follow a run, by the client or by a function given', async () => {
  const topic = 'workflow.events.v2.some-run';
  const event = (type: string) => ({ type: 'watch', runId: 'some-run', data: { type, payload: {} } });
  const pubsub = new InngestPubSub(harness.inngest, 'count');
  const heard: Heard[] = [];
  const listener = (told: { data: unknown }) => void heard.push(told.data as Heard);
  await pubsub.subscribe(topic, listener as never);
  await pubsub.publish(topic, event('data-hello'));
  await expect.poll(() => heard).toEqual([{ type: 'data-hello', payload: {} }]);
  await pubsub.unsubscribe(topic, listener as never);
  await pubsub.flush();
  const sent: object[] = [];
  const other = new InngestPubSub(harness.inngest, 'count', async message => void sent.push(message));
  await other.publish(topic, event('data-hello'));
  const data = { type: 'data-hello', payload: {} };
  expect(sent).toEqual([{ channel: 'workflow:count:some-run', topic: 'watch', data }]);
});

test('InngestPubSub refuses what it can’t send', async () => {
  const pubsub = new InngestPubSub(harness.inngest, 'count');
  const event = (data: unknown) => ({ type: 'watch', runId: 'r', data });
  const refused = { code: 'INVALID_ARGUMENTS' };
  await expect(pubsub.publish('agent.other.r', event({}))).rejects.toMatchObject(refused);
  await expect(pubsub.subscribe('workflows', () => {})).rejects.toMatchObject(refused);
  const nobodys = new InngestPubSub(harness.inngest);
  await expect(nobodys.publish('workflow.events.v2.r', event({}))).rejects.toMatchObject(refused);
  const long = event({ type: 'data-long', text: 'x'.repeat(600_000) });
  await expect(pubsub.publish('workflow.events.v2.r', long)).rejects.toMatchObject({
    code: 'INVALID_EVENT_DATA',
  });
});
