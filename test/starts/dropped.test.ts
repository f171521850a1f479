/** Starts that Inngest drops, or that end without the workflow's code: whoever waits is told (I10). They take their time, so at once. */
import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CHECK_TIMES } from '../../src/run/arrival';
import { type Harness, startHarness } from '../support/harness';
import { lookSoon } from '../support/look-soon';
import { until } from '../support/until';

const any = z.any();
lookSoon();
/** When a start that is dropped counts as that. */
const SHORTLY = CHECK_TIMES.dropped + 5_000;

interface Run {
  runId: string;
  start(args: object): Promise<{ status: string; error?: { message: string } }>;
  startAsync(args: object): Promise<unknown>;
  resume(args: object): Promise<{ status: string }>;
  restart(): Promise<{ status: string; error?: { code?: string } }>;
  cancel(): Promise<void>;
}

interface Streaming {
  stream(args: object): { fullStream: AsyncIterable<{ type: string }>; result: Promise<unknown> };
}

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const work = createStep({
    id: 'work',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }: { inputData: { lasts?: number } }) => {
      await new Promise(resolve => setTimeout(resolve, inputData.lasts ?? 0));
      return {};
    },
  });
  const ask = createStep({
    id: 'ask',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ resumeData, suspend }) => resumeData ?? suspend({}),
  });
  const quick = createStep({
    id: 'quick',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }) => inputData as object,
  });
  const define = (id: string, options: object = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, ...options })
      .then(id === 'asks' ? ask : work)
      .commit();
  return {
    limited: define('limited', { rateLimit: { limit: 1, period: '1h' } }),
    late: define('late', { rateLimit: { limit: 1, period: '1h' } }),
    once: define('once', { idempotency: 'event.data.inputData.order' }),
    debounced: define('debounced', { debounce: { period: '8s' } }),
    single: define('single', { singleton: { mode: 'skip' } }),
    queued: define('queued', { concurrency: 1 }),
    dead: define('dead'),
    asks: define('asks'),
    unserved: define('unserved'),
    long: createWorkflow({ id: 'long', inputSchema: any, outputSchema: any }).then(quick).then(work).commit(),
  };
}

let harness: Harness;
/** While it is so, no request of a resume of `asks` comes through. */
let resumesFail = true;
beforeAll(async () => {
  let unserved: unknown;
  harness = await startHarness({
    workflows: inngest => {
      const { unserved: late, ...served } = workflows(inngest);
      unserved = late;
      return served;
    },
  });
  // After the app was synced.
  harness.mastra.addWorkflow(unserved as never, 'unserved');
  harness.proxy.onExecution = async body => {
    if (body.includes('workflow.dead') || (resumesFail && body.includes('workflow.asks.resume')))
      throw new Error('dead');
  };
});
afterAll(() => harness.stop());

const runOf = async (id: string) =>
  (await harness.mastra.getWorkflowById(id).createRun({ runId: randomUUID() })) as unknown as Run;
const started = async (id: string, inputData: object = {}) => {
  const run = await runOf(id);
  return { run, result: run.start({ inputData }) };
};
/** How many starts of a workflow Inngest has taken. */
const eventsOf = async (id: string) => {
  const response = await fetch(`${harness.proxy.url}/v1/events?name=workflow.${id}`);
  return ((await response.json()) as { data: unknown[] }).data.length;
};
const codeOf = (result: Promise<unknown>) =>
  result.then(
    value => value,
    (error: { code?: string; message: string }) => ({ code: error.code, message: error.message }),
  );
const row = async (id: string, { runId }: Run) =>
  (await harness.snapshots(id)).find(snapshot => snapshot.runId === runId);

// In one list, for they are executed at once.
describe('whoever waits is told', () => {
  test.concurrent.each([
    ['limited', '`rateLimit`'],
    ['once', '`idempotency`'],
    ['single', '`singleton`'],
  ])('a start that Inngest drops: %s', async (id, option) => {
    const first = await started(id, { order: 1, lasts: id === 'single' ? SHORTLY + 10_000 : 0 });
    await until(async () => (await row(id, first.run))?.status !== 'pending');
    const second = await started(id, { order: 1 });
    expect(await codeOf(second.result)).toMatchObject({
      code: 'START_DROPPED',
      message: expect.stringContaining(option),
    });
    expect(await row(id, second.run)).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining(option), code: 'START_DROPPED' },
    });
    expect(await first.result).toMatchObject({ status: 'success' });
  });

  test.concurrent('a debounced start that a later one took the place of', async () => {
    const first = await started('debounced');
    // The second has to come after the first, and before its period is over.
    await until(async () => (await eventsOf('debounced')) === 1);
    const second = await started('debounced');
    expect(await second.result).toMatchObject({ status: 'success' });
    expect(await codeOf(first.result)).toMatchObject({
      code: 'START_DROPPED',
      message: expect.stringContaining('`debounce`'),
    });
  });

  test.concurrent('a workflow that no app serves', async () => {
    const { run, result } = await started('unserved');
    expect(await codeOf(result)).toMatchObject({
      code: 'START_DROPPED',
      message: expect.stringContaining('synced with this Inngest server'),
    });
    expect(await row('unserved', run)).toMatchObject({ status: 'failed' });
  });

  test.concurrent('whoever streams a dropped start: the stream ends, and its result rejects', async () => {
    const run = await runOf('unserved');
    const output = (run as unknown as Streaming).stream({ inputData: {} });
    const result = codeOf(output.result);
    const chunks = [];
    for await (const chunk of output.fullStream) chunks.push(chunk.type);
    expect(chunks).not.toContain('workflow-step-start');
    expect(await result).toMatchObject({ code: 'START_DROPPED' });
  });

  test.concurrent('a dropped start that nobody waits for ends where it is read or restarted', async () => {
    const [first, second] = [await runOf('late'), await runOf('late')];
    await first.start({ inputData: {} });
    await second.startAsync({ inputData: {} });
    await new Promise(resolve => setTimeout(resolve, SHORTLY));
    expect(await row('late', second)).toMatchObject({ status: 'pending' });
    const workflow = harness.mastra.getWorkflowById('late');
    expect(await workflow.getWorkflowRunById(second.runId)).toMatchObject({ status: 'failed' });
    expect(await second.restart()).toMatchObject({ status: 'failed', error: { code: 'START_DROPPED' } });
  });

  test.concurrent('a run that waits for its turn is waited for', async () => {
    const first = await started('queued', { lasts: SHORTLY });
    await until(async () => (await row('queued', first.run))?.status === 'running');
    const second = await started('queued');
    expect(await first.result).toMatchObject({ status: 'success' });
    expect(await second.result).toMatchObject({ status: 'success' });
  });

  // A real server's list of an event's runs calls such a run `Completed` all the time.
  test.concurrent('a run that executes for long after its first step is waited for', async () => {
    const { result } = await started('long', { lasts: SHORTLY });
    expect(await codeOf(result)).toMatchObject({ status: 'success' });
  });

  test.concurrent('an app that died before the run began: it has failed, for Inngest’s reason', async () => {
    const { run, result } = await started('dead');
    expect(await result).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('502') },
    });
    expect(await row('dead', run)).toMatchObject({ status: 'failed' });
  });

  test.concurrent('an app that died while the run was suspended: it can be resumed once more', async () => {
    const { run, result } = await started('asks');
    expect(await result).toMatchObject({ status: 'suspended' });
    expect(await codeOf(run.resume({ resumeData: { yes: true } }))).toMatchObject({ code: 'START_DROPPED' });
    expect(await row('asks', run)).toMatchObject({ status: 'suspended' });
    resumesFail = false;
    expect(await run.resume({ resumeData: { yes: true } })).toMatchObject({
      status: 'success',
      result: { yes: true },
    });
  });
});
