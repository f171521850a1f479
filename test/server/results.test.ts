/** What the methods of a run answer with, beside core's; and what is refused before anything is stored or sent. */
import { randomUUID } from 'node:crypto';
import { RequestContext } from '@mastra/core/request-context';
import type { InMemoryStore } from '@mastra/core/storage';
import { init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { countWrites } from '../support/count-writes';
import { type Harness, startHarness } from '../support/harness';
import { plain } from './plain';
import { type ServerRig, coreServer, inngestServer } from './rig';
import { ending } from './ending';

interface AnyRun {
  runId: string;
  start(args: object): Promise<Record<string, unknown>>;
  startAsync(args: object): Promise<object>;
  resume(args: object): Promise<Record<string, unknown>>;
  resumeAsync(args: object): Promise<object>;
  timeTravel(args: object): Promise<Record<string, unknown>>;
}

const runOf = async (mastra: ServerRig['mastra'], workflow: string, runId?: string) =>
  (await mastra.getWorkflowById(workflow).createRun({ runId })) as unknown as AnyRun;

describe('results', () => {
  let core: ServerRig;
  let inngest: ServerRig;
  beforeAll(async () => {
    [core, inngest] = await Promise.all([coreServer(), inngestServer()]);
  });
  afterAll(() => Promise.all([core?.stop(), inngest?.stop()]));

  async function alike(scenario: (rig: ServerRig) => Promise<unknown>): Promise<unknown> {
    const reference = plain(await scenario(core));
    const ours = plain(await scenario(inngest));
    expect(ours).toEqual(reference);
    return ours;
  }

  const ADA = { inputData: { name: 'Ada' } };
  const YES = { resumeData: { approved: true } };
  /** What core leaves on the result's top only, run by run. */
  const shape = ({ traceId: _trace, spanId: _span, runId: _run, ...result }: Record<string, unknown>) =>
    result;

  test.each([{}, { includeState: true }, { includeResumeLabels: true }])(
    'start, resume, timeTravel with %j',
    async outputOptions => {
      const seen = await alike(async ({ mastra }) => {
        const line = await runOf(mastra, 'line');
        const started = await line.start({ ...ADA, initialState: { who: 'x' }, outputOptions });
        const approval = await runOf(mastra, 'approval');
        const suspended = await approval.start({ ...ADA, outputOptions });
        const resumed = await approval.resume({ ...YES, outputOptions });
        const again = await runOf(mastra, 'approval', approval.runId);
        const travelled = await again.timeTravel({ step: 'tell', inputData: { text: 'x' }, outputOptions });
        return [started, suspended, resumed, travelled].map(shape);
      });
      expect(seen).toMatchObject([
        { status: 'success', input: { name: 'Ada' } },
        { status: 'suspended', suspended: [['ask']], suspendPayload: { ask: { question: 'let Ada in?' } } },
        { status: 'success', result: { text: 'in: Ada!' } },
        { status: 'success', result: { text: 'x!' } },
      ]);
    },
  );

  test('startAsync and resumeAsync answer with the run’s id', async () => {
    const runId = randomUUID();
    const run = await runOf(inngest.mastra, 'approval', runId);
    expect(await run.startAsync(ADA)).toEqual({ runId });
    await ending(inngest.api, 'approval', runId);
    expect(await run.resumeAsync(YES)).toEqual({ runId });
    expect(await ending(inngest.api, 'approval', runId, ['success'])).toMatchObject({
      result: { text: 'in: Ada!' },
    });
  });
});

describe('refusals and callbacks', () => {
  let harness: Harness;
  const heard: unknown[] = [];
  beforeAll(async () => {
    harness = await startHarness({ workflows });
  });
  afterAll(() => harness?.stop());

  function workflows(inngest: Inngest.Any) {
    const { createWorkflow, createStep } = init(inngest);
    const number = z.object({ value: z.number() });
    const step = createStep({
      id: 'add',
      inputSchema: number,
      outputSchema: number,
      resumeSchema: number,
      execute: async ({ inputData, resumeData, suspend, setState }) => {
        if (inputData.value === 0 && !resumeData) return (await suspend({})) as never;
        if (inputData.value < 0) throw new Error('below zero');
        await setState({ seen: inputData.value });
        return { value: inputData.value + (resumeData?.value ?? 1) };
      },
    });
    const hear = (name: string) => async (info: Heard) => {
      await new Promise(resolve => setTimeout(resolve, 50));
      const data = (await info.getInitData()) as object;
      heard.push([name, info.runId, info.status, data, info.state, info.mastra !== undefined]);
    };
    const strict = createWorkflow({
      id: 'strict',
      inputSchema: number,
      outputSchema: number,
      stateSchema: z.object({ seen: z.number().optional() }),
      requestContextSchema: z.object({ tenant: z.string() }),
      options: { onFinish: hear('finish') as never, onError: hear('error') as never },
    })
      .then(step as never)
      .commit();
    return { strict };
  }

  const tenant = () => new RequestContext([['tenant', 'acme']] as never);

  test.each([
    ['inputData', { inputData: { value: 'one' } }],
    ['initialState', { inputData: { value: 1 }, initialState: { seen: 'one' } }],
    ['requestContext', { inputData: { value: 1 }, requestContext: new RequestContext() }],
  ])('an invalid %s is refused before anything is stored or sent', async (_name, args) => {
    const run = await runOf(harness.mastra, 'strict');
    const writes = await countWrites(harness.mastra.getStorage() as InMemoryStore);
    const { events } = harness.proxy;
    const sent = { requestContext: tenant(), ...args };
    await expect(run.start(sent)).rejects.toThrow();
    await expect(run.startAsync(sent)).rejects.toThrow();
    expect(writes.count).toBe(0);
    expect(harness.proxy.events).toBe(events);
  });

  test('when start() and resume() resolve, the end is stored and the async callbacks have run', async () => {
    const run = await runOf(harness.mastra, 'strict');
    const stored = async () =>
      (await harness.snapshots('strict')).find(({ runId }) => runId === run.runId)?.status;
    heard.length = 0;
    await run.start({ inputData: { value: 0 }, requestContext: tenant() });
    expect(await stored()).toBe('suspended');
    const before = heard.length;
    await run.resume({ resumeData: { value: 5 } });
    expect(await stored()).toBe('success');
    expect(heard.slice(before)).toEqual([['finish', run.runId, 'success', { value: 0 }, { seen: 0 }, true]]);
    const failing = await runOf(harness.mastra, 'strict');
    heard.length = 0;
    await failing.start({ inputData: { value: -1 }, requestContext: tenant() });
    expect(heard.map(one => (one as unknown[])[0])).toEqual(['finish', 'error']);
  });
});

interface Heard {
  runId: string;
  status: string;
  state: unknown;
  mastra: unknown;
  getInitData(): unknown;
}
