/** Two apps of one Inngest server with a workflow of one id: an event is taken by the app that it names. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '../support/until';
import { type Harness, startHarness } from '../support/harness';
import { listen } from '../support/listen';
import { lookSoon } from '../support/look-soon';
import { leaveRealServer } from '../support/real-server';
import { register } from '../support/register';
import { makeClient, serveSdk } from '../support/sdk';

const any = z.any();
lookSoon();
/** `<app> <key>` for each execution of a body. */
const journal: string[] = [];

interface Run {
  runId: string;
  start(args: object): Promise<{ status: string; result?: unknown }>;
  resume(args: object): Promise<{ status: string; result?: unknown }>;
}

function shared(app: string) {
  return (inngest: Inngest.Any, options?: { servedBy?: string }) => {
    const { createWorkflow } = init(inngest, options);
    const work = createStep({
      id: 'work',
      inputSchema: any,
      outputSchema: any,
      execute: async ({ inputData, resumeData, suspend }) => {
        const { key, asks } = inputData as { key: string; asks?: boolean };
        journal.push(`${app} ${key}`);
        return asks && !resumeData ? suspend({}) : { by: app };
      },
    });
    return {
      shared: createWorkflow({ id: 'shared', inputSchema: any, outputSchema: any }).then(work).commit(),
    };
  };
}

/** Another app on the harness's server, with a store of its own unless one is given. */
async function startOther(harness: Harness, storage = new InMemoryStore()) {
  const id = `other-${randomUUID().slice(0, 8)}`;
  const inngest = makeClient({ id, baseUrl: harness.proxy.url });
  const workflows = shared('other')(inngest) as never;
  const mastra = new Mastra({ workflows, storage, logger: false });
  const handler = serveSdk({ mastra, inngest });
  const app = await listen(handler);
  await register(app.url);
  const stop = async () => {
    await leaveRealServer(id);
    await app.close();
  };
  return { mastra, stop };
}

let one: Harness;
let other: Awaited<ReturnType<typeof startOther>>;
const store = new InMemoryStore();
beforeAll(async () => {
  one = await startHarness({ workflows: shared('one'), storage: store });
  other = await startOther(one);
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

const runOf = async (mastra: Mastra) =>
  (await mastra.getWorkflowById('shared').createRun()) as unknown as Run;
const executions = (key: string) => journal.filter(line => line.endsWith(key));

test.concurrent('a start is executed by the app that sends it, and so is a resume', async () => {
  for (const [name, mastra] of [
    ['one', one.mastra],
    ['other', other.mastra],
  ] as const) {
    const key = randomUUID();
    const run = await runOf(mastra);
    expect(await run.start({ inputData: { key, asks: true } })).toMatchObject({ status: 'suspended' });
    const result = await run.resume({ resumeData: { yes: true } });
    expect(result).toMatchObject({ status: 'success', result: { by: name } });
    expect(executions(key)).toEqual([`${name} ${key}`, `${name} ${key}`]);
  }
});

/** An app that starts what another one serves. */
function caller(servedBy: string): Mastra {
  const inngest = makeClient({ id: `web-${randomUUID().slice(0, 8)}`, baseUrl: one.proxy.url });
  return new Mastra({
    workflows: shared('web')(inngest, { servedBy }) as never,
    storage: store,
    logger: false,
  });
}

test.concurrent('a start is executed by the app that its caller names', async () => {
  const key = randomUUID();
  const result = (await runOf(caller(one.appId))).start({ inputData: { key } });
  expect(await result).toMatchObject({ status: 'success', result: { by: 'one' } });
  expect(executions(key)).toEqual([`one ${key}`]);
});

test.concurrent(
  'a start that names an app which is not there is dropped, and the error names it',
  async () => {
    const start = (await runOf(caller('nowhere'))).start({ inputData: { key: randomUUID() } });
    await expect(start).rejects.toMatchObject({
      code: 'START_DROPPED',
      message: expect.stringContaining('"nowhere"'),
    });
  },
);

test.concurrent('an event that is sent by hand and names no app is executed by each', async () => {
  const key = randomUUID();
  await one.inngest.send({ name: 'workflow.shared', data: { inputData: { key } } });
  await until(() => executions(key).length >= 2);
  expect(executions(key).sort()).toEqual([`one ${key}`, `other ${key}`]);
});
