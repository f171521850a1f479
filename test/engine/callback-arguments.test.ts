/** Each of a user's callbacks is given what core's own engine gives it (I8), key by key. */
import { Mastra } from '@mastra/core';
import { RequestContext } from '@mastra/core/request-context';
import { InMemoryStore } from '@mastra/core/storage';
import { createStep as createCoreStep, createWorkflow as createCoreWorkflow } from '@mastra/core/workflows';
import { createStep, init, nativeStep } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';

type Kit = {
  createWorkflow: typeof createCoreWorkflow;
  createStep: typeof createCoreStep;
  native?: typeof nativeStep;
};

/** By callback: the keys of its argument, with the kind of what is there. */
class Seen {
  readonly given: Record<string, Record<string, string>> = {};

  readonly keep =
    <T>(name: string, answer: (argument: never) => T) =>
    async (argument: object): Promise<Awaited<T>> => {
      const keys = Reflect.ownKeys(argument);
      const kindOf = (key: string | symbol): string => {
        // How a nested workflow of core's hands on what it writes: a run that is streamed has it, on core as here.
        if (key === 'outputWriter') return 'any';
        const value: unknown = Reflect.get(argument, key);
        return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
      };
      this.given[name] ??= Object.fromEntries(keys.map(key => [String(key), kindOf(key)]).sort());
      return await answer(argument as never);
    };
}

const any = z.any();

function build({ createWorkflow, createStep: make, native = one => one }: Kit, { keep }: Seen) {
  const step = (id: string, execute: (argument: never) => unknown = async () => ({ id })) =>
    make({ id, inputSchema: any, outputSchema: any, execute: execute as never });
  const hooks = (name: string) => ({
    onStart: keep(`${name} onStart`, () => {}),
    onFinish: keep(`${name} onFinish`, () => {}),
    onError: keep(`${name} onError`, () => {}),
  });
  const workflow = (id: string, options: object = {}) =>
    createWorkflow({ id, inputSchema: any, outputSchema: any, options });
  const fail = async () => Promise.reject(new TypeError('broken'));
  const asks = async ({ resumeData, suspend }: { resumeData?: unknown; suspend(payload: object): unknown }) =>
    resumeData ?? suspend({ why: 'asked' });
  const inner = (id: string) =>
    workflow(id)
      .then(
        step(
          `${id}-step`,
          keep(`in ${id}`, () => 1),
        ),
      )
      .commit();
  let throwing = 0;
  return {
    all: workflow('all', hooks('all'))
      .then(
        step(
          'first',
          keep('step', () => 1),
        ),
      )
      .branch([
        [
          keep('branch', () => true) as never,
          step(
            'arm',
            keep('step in a branch', () => 1),
          ),
        ],
        [keep('second branch', () => false) as never, step('other')],
      ])
      .parallel([
        step(
          'one',
          keep('step in a parallel', () => 1),
        ),
        step('two'),
      ])
      .dowhile(
        step(
          'while',
          keep('step in a loop', () => 1),
        ),
        keep('dowhile', () => false) as never,
      )
      .dountil(inner('nested'), keep('dountil of a workflow', () => true) as never)
      .sleep(keep('sleep', () => 1) as never)
      .sleepUntil(keep('sleepUntil', () => new Date()) as never)
      .map(keep('map', () => [1]) as never)
      .foreach(
        step(
          'each',
          keep('item', () => 1),
        ),
        {
          concurrency: ((argument: object) => {
            void keep('concurrency', () => {})(argument);
            return 1;
          }) as never,
        },
      )
      .commit(),
    fails: workflow('fails', hooks('fails')).then(step('bad', fail)).commit(),
    asks: workflow('asks', hooks('asks'))
      .then(step('ask', keep('resumed step', asks)))
      .commit(),
    native: workflow('native')
      .then(
        native(
          step(
            'body',
            keep('native step', () => 1),
          ),
        ),
      )
      .commit(),
    logs: workflow('logs')
      .branch([
        [
          (async ({ loggerVNext, metrics, tracing }: Record<string, { info(text: string): void }>) => {
            loggerVNext?.info('which way?');
            throwing += loggerVNext && metrics && tracing ? 0 : 1;
            return throwing === 0;
          }) as never,
          step('right'),
        ],
      ])
      .commit(),
  };
}

async function drive(mastra: Mastra) {
  const run = async (id: string) => mastra.getWorkflowById(id).createRun();
  const requestContext = () => new RequestContext<unknown>([['tenant', 'acme']]);
  await (await run('all')).start({ inputData: { given: 1 }, requestContext: requestContext() });
  await (await run('fails')).start({ inputData: 1 });
  await (await run('native')).start({ inputData: 1 });
  const asked = await run('asks');
  await asked.start({ inputData: 1 });
  await asked.resume({ resumeData: { yes: true } });
  return (await run('logs')).start({ inputData: 1 });
}

const core = new Seen();

beforeAll(async () => {
  const kit = { createWorkflow: createCoreWorkflow, createStep: createCoreStep };
  const mastra = new Mastra({ workflows: build(kit, core), storage: new InMemoryStore(), logger: false });
  await drive(mastra);
});

describe.each([true, false])('with checkpointing %s', checkpointing => {
  const ours = new Seen();
  let harness: Harness;
  let logged: unknown;
  beforeAll(async () => {
    harness = await startHarness({
      workflows: (inngest: Inngest.Any) =>
        build(
          {
            createWorkflow: init(inngest).createWorkflow,
            createStep: createStep as never,
            native: nativeStep,
          },
          ours,
        ),
      checkpointing,
    });
    logged = await drive(harness.mastra);
  });
  afterAll(() => harness.stop());

  test('every callback is called', () => {
    expect(Object.keys(core.given).length).toBeGreaterThan(20);
    expect(Object.keys(ours.given).sort()).toEqual(Object.keys(core.given).sort());
  });

  test('with the keys that core gives', () => {
    expect(ours.given).toEqual(core.given);
  });

  test('a condition that logs is taken', () => {
    expect(logged).toMatchObject({ status: 'success', result: { right: { id: 'right' } } });
  });
});
