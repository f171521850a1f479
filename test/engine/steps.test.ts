import { randomUUID } from 'node:crypto';
import {
  type InngestEngineType,
  cloneStep,
  cloneWorkflow,
  createStep,
  init,
  nativeStep,
  waitForEvent,
} from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

const any = z.any();
let attempts = 0;
let scorings = 0;
const attemptCounts: number[] = [];
let waiting = 0;
let openGate: () => void = () => {};
let gate = new Promise<void>(() => {});

const step = (id: string, execute: (context: never) => Promise<unknown>, more: object = {}) =>
  createStep({ id, inputSchema: any, outputSchema: any, execute: execute as never, ...more });

function failing(times: number) {
  return async ({ retryCount }: { retryCount: number }) => {
    attemptCounts.push(retryCount);
    if (attempts++ < times) throw new Error(`attempt ${retryCount} failed`);
    return { attempts };
  };
}

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const define = (id: string, more: object = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, ...more });
  const base = define('base')
    .then(step('one', async () => ({ one: 1 })))
    .commit();
  const nap = async () => {
    // Nobody leaves before all have come: steps that took turns would never end.
    if (++waiting === 10) openGate();
    await gate;
    return {};
  };
  return {
    'quick-retry': define('quick-retry', { retryConfig: { attempts: 3, delay: 10 } })
      .then(step('shaky', failing(2)))
      .commit(),
    'slow-retry': define('slow-retry', { retryConfig: { attempts: 2, delay: 1000 } })
      .then(step('shaky', failing(2)))
      .commit(),
    'many-retries': define('many-retries')
      .then(step('shaky', failing(25), { retries: 30 }))
      .commit(),
    'nested-tools': define('nested-tools')
      .then(
        step(
          'inside',
          async ({ engine }: { engine: { step: { run(id: string, fn: () => void): Promise<void> } } }) =>
            engine.step.run('hang', () => {}),
        ),
      )
      .commit(),
    'nested-retry': define('nested-retry', { retryConfig: { attempts: 2 } })
      .then(
        define('shaky-child')
          .then(step('shaky', failing(1)))
          .commit() as never,
      )
      .commit(),
    'final-error': define('final-error', { retryConfig: { attempts: 5 } })
      .then(
        step('final', async () => {
          attempts++;
          throw Object.assign(new Error('never again'), { name: 'NonRetriableError' });
        }),
      )
      .commit(),
    'too-large': define('too-large', { retryConfig: { attempts: 5 } })
      .then(
        step('huge', async () => {
          attempts++;
          return { text: 'x'.repeat(4 * 1024 * 1024) };
        }),
      )
      .commit(),
    scored: define('scored')
      .then(
        step('answer', async () => ({ text: 'yes' }), {
          scorers: async () => {
            scorings++;
            return {};
          },
        }),
      )
      .then(step('after', async () => ({})))
      .commit(),
    'native-tools': define('native-tools')
      .then(
        nativeStep(
          step('tools', async ({ engine }: { engine: InngestEngineType }) => {
            const sum = await engine.step.run('add', async () => 1 + 2);
            await engine.step.sleep('pause', '1s');
            await engine.step.sendEvent('tell', { name: 'native/told', data: { sum } });
            return { sum };
          }) as never,
        ) as never,
      )
      .commit(),
    approval: define('approval')
      .then(
        waitForEvent({
          id: 'approve',
          event: 'order/approved',
          if: ({ inputData }) => `async.data.order == '${(inputData as { order: string }).order}'`,
          timeout: '1h',
          schema: z.object({ order: z.string(), by: z.string() }),
        }),
      )
      .then(step('ship', async ({ inputData }: { inputData: unknown }) => ({ approval: inputData })))
      .commit(),
    'late-approval': define('late-approval')
      .then(waitForEvent({ id: 'approve', event: 'order/approved', timeout: '1s' }))
      .then(step('ship', async ({ inputData }: { inputData: unknown }) => ({ approval: inputData })))
      .commit(),
    base,
    copy: cloneWorkflow(base as never, { id: 'copy' }),
    'with-clone': define('with-clone')
      .then(
        cloneStep(
          step('original', async () => ({ cloned: true })),
          { id: 'clone' },
        ) as never,
      )
      .commit(),
    'real-parallel': define('real-parallel')
      .parallel(Array.from({ length: 10 }, (_, index) => step(`nap${index}`, nap)))
      .commit(),
  };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ workflows });
});
afterAll(() => harness.stop());

async function start(id: string, inputData: unknown = {}) {
  attempts = 0;
  attemptCounts.length = 0;
  await harness.proxy.quiet();
  harness.proxy.reset();
  const workflow = harness.mastra.getWorkflowById(id) as unknown as {
    createRun(options: object): Promise<{ start(args: object): Promise<Record<string, unknown>> }>;
  };
  const run = await workflow.createRun({ runId: randomUUID() });
  return run.start({ inputData });
}

test('I4: retries with a short delay happen inside the op', async () => {
  expect(await start('quick-retry')).toMatchObject({ status: 'success', result: { attempts: 3 } });
  await harness.proxy.quiet();
  expect(attemptCounts).toEqual([0, 1, 2]);
  expect(harness.proxy.names()).toEqual(['shaky', 'finish']);
});

test('I4: retries with a delay of a second or more are durable', async () => {
  expect(await start('slow-retry')).toMatchObject({ status: 'success', result: { attempts: 3 } });
  await harness.proxy.quiet();
  expect(attemptCounts).toEqual([0, 1, 2]);
  expect(harness.proxy.names()).toEqual([
    'shaky',
    'shaky (retry 1) (waiting)',
    'shaky (retry 1)',
    'shaky (retry 2) (waiting)',
    'shaky (retry 2)',
    'finish',
  ]);
});

test('I4: Mastra’s retries are not bounded by Inngest’s attempts', async () => {
  expect(await start('many-retries')).toMatchObject({ status: 'success', result: { attempts: 26 } });
});

test('a nested workflow that failed is tried again by its parent’s retryConfig, as a run of its own', async () => {
  expect(await start('nested-retry')).toMatchObject({ status: 'success', result: { attempts: 2 } });
  const children = await harness.snapshots('shaky-child');
  expect(children.map(child => child.status).sort()).toEqual(['failed', 'success']);
});

test('an error that says it is final is not tried again', async () => {
  expect(await start('final-error')).toMatchObject({ status: 'failed', error: { message: 'never again' } });
  expect(attempts).toBe(1);
});

test('I7: an output that Inngest could not store is refused before it is sent, once', async () => {
  const result = await start('too-large');
  expect(result).toMatchObject({ status: 'failed', error: { code: 'OUTPUT_TOO_LARGE', stepId: 'huge' } });
  expect(attempts).toBe(1);
});

test('scorers run once per execution of a step', async () => {
  scorings = 0;
  expect(await start('scored')).toMatchObject({ status: 'success' });
  await harness.proxy.quiet();
  expect(scorings).toBe(1);
});

test('a native step uses Inngest’s own tools', async () => {
  expect(await start('native-tools')).toMatchObject({ status: 'success', result: { sum: 3 } });
  await harness.proxy.quiet();
  const names = ['tools (started)', 'add', 'pause', 'tell', 'tools', 'finish'];
  expect(harness.proxy.names()).toEqual(names);
});

test('an Inngest step inside a step fails at once with what to do', async () => {
  const result = await start('nested-tools');
  expect(result).toMatchObject({ status: 'failed', error: { code: 'NESTED_STEP_TOOLS', stepId: 'inside' } });
});

test('waitForEvent continues with the event that its expression means', async () => {
  const order = randomUUID();
  let ended = false;
  const result = start('approval', { order }).finally(() => (ended = true));
  await expect.poll(() => harness.proxy.names()).toContain('approve (event)');
  // The server waits for the event a moment after the app has said so; nobody else waits for those that come too early.
  while (!ended) {
    await harness.inngest.send({ name: 'order/approved', data: { order: 'another', by: 'eve' } });
    await harness.inngest.send({ name: 'order/approved', data: { order, by: 'ada' } });
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  expect(await result).toMatchObject({ status: 'success', result: { approval: { order, by: 'ada' } } });
  await harness.proxy.quiet();
  expect(harness.proxy.names()).toEqual([
    'approve (started)',
    'approve (event)',
    'approve',
    'ship',
    'finish',
  ]);
});

test('waitForEvent gives null when the time runs out', async () => {
  expect(await start('late-approval')).toMatchObject({ status: 'success', result: { approval: null } });
});

test('a clone of a workflow is a workflow of its own on Inngest', async () => {
  expect(await start('copy')).toMatchObject({ status: 'success', result: { one: 1 } });
  await harness.proxy.quiet();
  expect(harness.proxy.executions.map(exchange => exchange.fnId)).toContain(`${harness.appId}-workflow.copy`);
  expect(await start('with-clone')).toMatchObject({ steps: { clone: { output: { cloned: true } } } });
});

test('parallel steps overlap', async () => {
  waiting = 0;
  gate = new Promise<void>(resolve => {
    openGate = resolve;
  });
  expect(await start('real-parallel')).toMatchObject({ status: 'success' });
  expect(waiting).toBe(10);
});
