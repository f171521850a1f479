/** What `@inngest/test`, which executes one function by hand, can do with workflows: what docs/testing.md says of it. */
import { InngestTestEngine } from '@inngest/test';
import { Mastra } from '@mastra/core/mastra';
import { init } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

const logger = { info() {}, warn() {}, error() {}, debug() {} };
const counted = z.object({ n: z.number() });
let did: string[];

function app() {
  const inngest = new Inngest({ id: 'by-hand', isDev: true, logger });
  const { createWorkflow, createStep } = init(inngest);
  const raise = (id: string) =>
    createStep({
      id,
      inputSchema: counted,
      outputSchema: counted,
      execute: async ({ inputData }) => {
        did.push(id);
        return { n: inputData.n + 1 };
      },
    });
  const ask = createStep({
    id: 'ask',
    inputSchema: counted,
    outputSchema: counted,
    execute: async ({ suspend }) => suspend({}),
  });
  const ends = { inputSchema: counted, outputSchema: counted };
  const twice = createWorkflow({ id: 'twice', ...ends })
    .then(raise('first'))
    .then(raise('second'))
    .commit();
  const slept = createWorkflow({ id: 'slept', ...ends })
    .then(raise('before'))
    .sleep(86_400_000)
    .then(raise('after'))
    .commit();
  const asked = createWorkflow({ id: 'asked', ...ends })
    .then(ask)
    .commit();
  const workflows = { twice, slept, asked };
  const mastra = new Mastra({ workflows, logger: false });
  return { inngest, mastra, ...workflows };
}

/** The start of a run of its own: what an op remembers is for the run that it was made in. */
const start = (workflow: string, runId: string): [{ name: string; data: object }] => [
  { name: `workflow.${workflow}`, data: { inputData: { n: 1 }, runId } },
];

beforeEach(() => {
  did = [];
});

test('it executes a workflow’s function, or the first step of it', async () => {
  const { twice } = app();
  const engine = new InngestTestEngine({ function: twice.getFunction() as never });
  const { result } = await engine.execute({ events: start('twice', 'whole') });
  expect(result).toMatchObject({ result: { status: 'success', result: { n: 3 } } });
  expect(did).toEqual(['first', 'second']);
  const one = await engine.executeStep('first', { events: start('twice', 'one step') });
  expect(one.result).toMatchObject({ output: { n: 2 } });
  expect(did).toEqual(['first', 'second', 'first']);
});

test('a step that is mocked with a plain value is refused: a workflow’s steps remember more', async () => {
  const { twice } = app();
  const engine = new InngestTestEngine({ function: twice.getFunction() as never });
  const steps = [{ id: 'first', handler: () => ({ n: 10 }) }];
  const { error } = await engine.execute({ events: start('twice', 'mocked'), steps });
  expect((error as Error).message).toContain('returned something that this package did not make');
  expect(did).toEqual([]);
});

test('a sleep is passed over where it is mocked, and a suspension is the end', async () => {
  const { slept, asked } = app();
  const sleeping = new InngestTestEngine({ function: slept.getFunction() as never });
  const passedOver = [{ id: 'sleep_slept_0', handler: () => null }];
  const { result } = await sleeping.execute({ events: start('slept', 'asleep'), steps: passedOver });
  expect(result).toMatchObject({ result: { status: 'success', result: { n: 3 } } });
  expect(did).toEqual(['before', 'after']);
  const asking = new InngestTestEngine({ function: asked.getFunction() as never });
  const suspended = await asking.execute({ events: start('asked', 'asked') });
  expect(suspended.result).toMatchObject({ result: { status: 'suspended' } });
});

test('a function of the user’s own is tested with what it invokes of a workflow mocked', async () => {
  const { inngest, twice } = app();
  const own = inngest.createFunction({ id: 'own', triggers: [{ event: 'own/go' }] }, async ({ step }) => {
    const run = await step.invoke('report', {
      function: twice.getFunction() as never,
      data: { inputData: { n: 1 } } as never,
    });
    return { run };
  });
  const run = { result: { status: 'success', result: { n: 7 } } };
  const engine = new InngestTestEngine({ function: own, steps: [{ id: 'report', handler: () => run }] });
  expect((await engine.execute()).result).toEqual({ run });
  expect(did).toEqual([]);
});
