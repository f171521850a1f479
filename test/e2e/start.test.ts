import { randomUUID } from 'node:crypto';
import { createStep, init } from '@mastra/inngest';
import type { Inngest } from 'inngest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Harness, startHarness } from '../support/harness';
import { ownFunction } from '../support/sdk';

const number = z.object({ value: z.number() });
const executions: string[] = [];
const welcomed: unknown[] = [];

function workflows(inngest: Inngest.Any) {
  const { createWorkflow } = init(inngest);
  const double = createStep({
    id: 'double',
    inputSchema: number,
    outputSchema: number,
    execute: async ({ inputData, runId }) => {
      executions.push(runId);
      return { value: inputData.value * 2 };
    },
  });
  const doubling = createWorkflow({ id: 'doubling', inputSchema: number, outputSchema: number })
    .then(double)
    .commit();
  const defaulted = createWorkflow({
    id: 'defaulted',
    inputSchema: z.object({ value: z.number().default(21) }),
    outputSchema: number,
  })
    .then(double)
    .commit();
  const failing = createWorkflow({ id: 'failing', inputSchema: number, outputSchema: number })
    .then(double)
    .then(
      createStep({
        id: 'break',
        inputSchema: number,
        outputSchema: number,
        execute: async () => {
          throw Object.assign(new RangeError('no more numbers', { cause: new Error('the well is dry') }), {
            statusCode: 507,
          });
        },
      }),
    )
    .commit();
  const unstorable = createWorkflow({ id: 'unstorable', inputSchema: number, outputSchema: z.any() })
    .then(
      createStep({
        id: 'big',
        inputSchema: number,
        outputSchema: z.any(),
        execute: async () => ({ rows: [{ id: 1 }, { id: 2n }] }),
      }),
    )
    .commit();
  return { doubling, defaulted, failing, unstorable };
}

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    workflows,
    functions: inngest => [
      ownFunction(
        inngest,
        { id: 'send-welcome-email', triggers: [{ event: 'user/registered' }] },
        async ({ event, step }) => step.run('send', async () => welcomed.push(event.data)),
      ),
    ],
  });
});
afterAll(() => harness.stop());

const runOf = async (id: string, runId: string = randomUUID()) =>
  (await harness.mastra.getWorkflowById(id).createRun({ runId })) as unknown as {
    runId: string;
    start(args: unknown): Promise<Record<string, never>>;
    startAsync(args: unknown): Promise<{ runId: string }>;
  };

test('start() answers with core’s result', async () => {
  const run = await runOf('doubling');
  const result = await run.start({ inputData: { value: 4 } });
  expect(result).toMatchObject({
    status: 'success',
    result: { value: 8 },
    input: { value: 4 },
    runId: run.runId,
  });
  expect(result.steps).toMatchObject({ double: { status: 'success', output: { value: 8 } } });
});

test('startAsync() answers with the run id, and the run goes on', async () => {
  const run = await runOf('doubling');
  expect(await run.startAsync({ inputData: { value: 5 } })).toEqual({ runId: run.runId });
  expect(await harness.rested('doubling', run.runId)).toMatchObject({
    status: 'success',
    result: { value: 10 },
  });
});

test('the dashboard’s Invoke with a run id uses it', async () => {
  const runId = randomUUID();
  await harness.invoke('doubling', { inputData: { value: 3 }, runId });
  const stored = await harness.rested('doubling', runId);
  expect(stored).toMatchObject({ status: 'success', result: { value: 6 } });
  expect(stored.context).toMatchObject({
    input: { value: 3 },
    double: { output: { value: 6 }, payload: { value: 3 } },
  });
});

test('the dashboard’s Invoke without a run id gets Inngest’s', async () => {
  const known = new Set((await harness.snapshots('doubling')).map(snapshot => snapshot.runId));
  await harness.invoke('doubling', { inputData: { value: 100 } });
  let runId: string | undefined;
  await expect
    .poll(async () => {
      const runs = await harness.snapshots('doubling');
      runId = runs.find(snapshot => !known.has(snapshot.runId))?.runId;
      return runId;
    })
    .toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  expect(await harness.rested('doubling', runId ?? '')).toMatchObject({
    status: 'success',
    result: { value: 200 },
  });
});

test('defaults of the input’s schema are applied, from code and from the dashboard', async () => {
  const run = await runOf('defaulted');
  expect(await run.start({ inputData: {} })).toMatchObject({ result: { value: 42 }, input: { value: 21 } });
  const runId = randomUUID();
  await harness.invoke('defaulted', { inputData: {}, runId });
  expect((await harness.rested('defaulted', runId)).result).toEqual({ value: 42 });
});

test('a wrong input is refused by start() before anything is stored or sent', async () => {
  const run = await runOf('doubling');
  const events = harness.proxy.events;
  await expect(run.start({ inputData: { value: 'four' } })).rejects.toThrow(
    /Invalid input data:[\s\S]*value/,
  );
  expect(harness.proxy.events).toBe(events);
  const stored = (await harness.snapshots('doubling')).find(snapshot => snapshot.runId === run.runId);
  expect(stored).toMatchObject({ status: 'pending', context: {} });
});

test('a wrong input from the dashboard is a failed run with the schema’s message', async () => {
  const runId = randomUUID();
  await harness.invoke('doubling', { inputData: { value: 'four' }, runId });
  const stored = await harness.rested('doubling', runId);
  expect(stored.status).toBe('failed');
  expect(stored.error?.message).toMatch(/Invalid input data:[\s\S]*value: .*expected number/);
  expect(executions).not.toContain(runId);
});

test('an input that can’t be sent is refused with its path', async () => {
  const run = await runOf('defaulted');
  const sent = run.start({ inputData: { value: 1 }, initialState: { when: { then: () => 1 } } });
  await expect(sent).rejects.toMatchObject({ code: 'INVALID_EVENT_DATA', path: '$.initialState.when.then' });
});

test('a step’s error arrives whole, and its op is red in Inngest with the user’s message', async () => {
  harness.proxy.reset();
  const run = await runOf('failing');
  const result = await run.start({ inputData: { value: 1 } });
  expect(result).toMatchObject({
    status: 'failed',
    error: {
      name: 'RangeError',
      message: 'no more numbers',
      statusCode: 507,
      cause: { message: 'the well is dry' },
    },
  });
  expect(result.steps).toMatchObject({ double: { status: 'success' }, break: { status: 'failed' } });
  await harness.proxy.quiet();
  const red = harness.proxy.ops.filter(op => op.op === 'StepFailed');
  expect(red.map(op => op.name)).toEqual(['break']);
  expect(red[0]?.error).toMatchObject({ message: 'no more numbers' });
});

test('an output that can’t be stored is a typed failure with step and path', async () => {
  const run = await runOf('unstorable');
  const result = await run.start({ inputData: { value: 1 } });
  expect(result).toMatchObject({
    status: 'failed',
    error: { code: 'OUTPUT_NOT_SERIALIZABLE', stepId: 'big', path: '$.rows[1].id' },
  });
});

test('a second start of a run executes nothing and says so', async () => {
  const run = await runOf('doubling');
  await run.start({ inputData: { value: 1 } });
  const again = await runOf('doubling', run.runId);
  await expect(again.start({ inputData: { value: 1 } })).rejects.toMatchObject({ code: 'RUN_CONFLICT' });
  await harness.invoke('doubling', { inputData: { value: 1 }, runId: run.runId });
  await new Promise(resolve => setTimeout(resolve, 300));
  expect(executions.filter(runId => runId === run.runId)).toHaveLength(1);
});

test('functions of the user’s own are served beside the workflows', async () => {
  await harness.inngest.send({ name: 'user/registered', data: { email: 'ada@example.com' } });
  await expect.poll(() => welcomed).toEqual([{ email: 'ada@example.com' }]);
});
