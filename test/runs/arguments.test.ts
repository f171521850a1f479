/** What JavaScript may pass to a run's methods, and a start that comes to nothing. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import {
  type Run,
  createStep as createCoreStep,
  createWorkflow as createCoreWorkflow,
} from '@mastra/core/workflows';
import { createStep, init } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();

function sayInput(inngest: Inngest.Any) {
  const say = createStep({
    id: 'say',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ inputData }) => ({ got: String(inputData) }),
  });
  return init(inngest)
    .createWorkflow({ id: 'say-input', inputSchema: any, outputSchema: any })
    .then(say)
    .commit();
}

/** The methods of a run that take an object. */
const BEGINNING = ['start', 'startAsync', 'stream', 'streamLegacy', 'resume', 'resumeAsync', 'resumeStream'];
const LATER = ['timeTravel', 'timeTravelStream', 'restart', 'observeStream'];

type Methods = Record<string, (...args: unknown[]) => unknown>;

async function runOf(mastra: Mastra): Promise<Run & Methods> {
  return (await mastra.getWorkflow('say-input').createRun()) as never;
}

describe('a call without arguments is one with none', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness({ workflows: inngest => ({ 'say-input': sayInput(inngest) }) });
  });
  afterAll(() => harness.stop());

  test('start()', async () => {
    const run = await runOf(harness.mastra);
    expect(await (run as Methods).start?.()).toMatchObject({
      status: 'success',
      result: { got: 'undefined' },
    });
  });

  test('startAsync()', async () => {
    const run = await runOf(harness.mastra);
    expect(await (run as Methods).startAsync?.()).toEqual({ runId: run.runId });
    expect(await harness.rested('say-input', run.runId)).toMatchObject({ status: 'success' });
  });

  test('stream()', async () => {
    const run = await runOf(harness.mastra);
    const { result } = (run as Methods).stream?.() as { result: Promise<unknown> };
    expect(await result).toMatchObject({ status: 'success', result: { got: 'undefined' } });
  });

  test.each(['resume', 'resumeAsync'])('%s() of a run that was never started', async method => {
    const run = await runOf(harness.mastra);
    await expect((run as Methods)[method]?.()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('timeTravel()', async () => {
    const run = await runOf(harness.mastra);
    await expect((run as Methods).timeTravel?.()).rejects.toMatchObject({ code: 'TIME_TRAVEL_IMPOSSIBLE' });
  });
});

describe('a Map is a request context, as it is for core', () => {
  const seen = createCoreStep({
    id: 'seen',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ requestContext }) => ({ tenant: requestContext.get('tenant') }),
  });
  const asked = createCoreStep({
    id: 'asked',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ requestContext, resumeData, suspend }) =>
      resumeData ? { tenant: requestContext.get('tenant') } : suspend({}),
  });
  const options = { inputSchema: any, outputSchema: any };
  const context = (tenant: unknown) => ({ requestContext: new Map([['tenant', tenant]]) }) as never;
  let harness: Harness;
  const core = new Mastra({
    workflows: {
      'map-context': createCoreWorkflow({ ...options, id: 'map-context' })
        .then(seen)
        .then(asked)
        .commit(),
    },
    storage: new InMemoryStore(),
    logger: false,
  });
  beforeAll(async () => {
    harness = await startHarness({
      workflows: inngest => ({
        'map-context': init(inngest)
          .createWorkflow({ ...options, id: 'map-context' })
          .then(seen)
          .then(asked)
          .commit(),
      }),
    });
  });
  afterAll(() => harness.stop());

  test('of a start and of a resume', async () => {
    const results = [];
    for (const mastra of [core, harness.mastra] as object[]) {
      const run = await (mastra as Mastra).getWorkflow('map-context').createRun();
      const { steps } = await run.start(context('acme'));
      const resumed = await run.resume({ resumeData: {}, ...(context('other') as object) } as never);
      results.push(
        [steps, resumed].map(of => JSON.stringify(of, ['status', 'result', 'tenant', 'seen', 'output'])),
      );
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]?.join()).toContain('acme');
  });
});

describe('where nothing can be sent', () => {
  // Nobody listens on port 1.
  const inngest = new Inngest({ id: `app-${randomUUID()}`, isDev: true, baseUrl: 'http://127.0.0.1:1' });
  const mastra = new Mastra({
    workflows: { 'say-input': sayInput(inngest) },
    storage: new InMemoryStore(),
    logger: false,
  });

  test.each(
    [...BEGINNING, ...LATER].flatMap(method => [null, 5, 'text'].map(value => [method, value] as const)),
  )('run.%s(%j) is refused before anything is stored or sent', async (method, value) => {
    const run = await runOf(mastra);
    await expect((async () => run[method]?.(value))()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENTS',
      message: expect.stringContaining(`run.${method}() takes an object`) as string,
    });
  });

  test('streamLegacy() closes its stream, and leaves no rejection that nobody handles', async () => {
    const rejections: unknown[] = [];
    const heard = (reason: unknown) => rejections.push(reason);
    process.on('unhandledRejection', heard);
    const run = await runOf(mastra);
    const { stream, getWorkflowState } = run.streamLegacy({ inputData: 1 });
    const chunks = [];
    for await (const { type } of stream) chunks.push(type);
    expect(chunks.at(-1)).toBe('finish');
    await new Promise(setImmediate);
    process.off('unhandledRejection', heard);
    expect(rejections).toEqual([]);
    await expect(getWorkflowState()).rejects.toMatchObject({ code: 'SEND_FAILED' });
  });
});
