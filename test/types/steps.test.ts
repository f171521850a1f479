/** Types are checked by `tsc`; running this file shows only that it loads. */
import {
  type Step,
  createStep as createCoreStep,
  createWorkflow as createCoreWorkflow,
} from '@mastra/core/workflows';
import { type InngestClient, createStep, init, waitForEvent } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

const inngest = new Inngest({ id: 'types', isDev: true });
const { createWorkflow } = init(inngest);

test('the client of the SDK is a client', () => {
  expectTypeOf(inngest).toExtend<InngestClient>();
});

const params = {
  id: 'typed',
  inputSchema: z.object({ name: z.string(), age: z.number().default(1) }),
  outputSchema: z.object({ greeting: z.string() }),
  resumeSchema: z.object({ ok: z.boolean() }),
} as const;

test('inference is the same as in core', () => {
  const ours = createStep({ ...params, execute: async ({ inputData }) => ({ greeting: inputData.name }) });
  const theirs = createCoreStep({
    ...params,
    execute: async ({ inputData }) => ({ greeting: inputData.name }),
  });
  expectTypeOf(ours).toEqualTypeOf(theirs);
});

test('what execute gets is typed, with the default applied', () => {
  createStep({
    ...params,
    execute: async ({ inputData, resumeData, engine }) => {
      expectTypeOf(inputData).toEqualTypeOf<{ name: string; age: number }>();
      expectTypeOf(resumeData).toEqualTypeOf<{ ok: boolean } | undefined>();
      expectTypeOf(engine.step.waitForEvent).toBeFunction();
      return { greeting: inputData.name };
    },
  });
  // @ts-expect-error the output does not fit the schema
  createStep({ ...params, execute: async () => ({ greeting: 1 }) });
});

test('what waitForEvent gives is typed by its schema, and null when the time ran out', () => {
  const options = { id: 'approval', event: 'app/approved', timeout: '1d' };
  const typed = waitForEvent({ ...options, schema: z.object({ by: z.string() }) });
  createWorkflow({ id: 'approved', inputSchema: z.object({}), outputSchema: z.any() })
    .then(typed)
    .map(async ({ inputData, getStepResult }) => {
      expectTypeOf(inputData).toEqualTypeOf<{ by: string } | null>();
      expectTypeOf(getStepResult(typed)).toEqualTypeOf<{ by: string } | null>();
      return {};
    });
  expectTypeOf(waitForEvent(options)).toEqualTypeOf<Step<string, unknown, unknown, unknown>>();
});

test('another step’s result is typed by that step', () => {
  const first = createStep({ ...params, execute: async ({ inputData }) => ({ greeting: inputData.name }) });
  createStep({
    ...params,
    id: 'second',
    execute: async ({ getStepResult }) => {
      expectTypeOf(getStepResult(first)).toEqualTypeOf<{ greeting: string }>();
      return getStepResult(first);
    },
  });
});

test('a chain is typed like core’s', async () => {
  const step = createStep({ ...params, execute: async ({ inputData }) => ({ greeting: inputData.name }) });
  const schemas = { inputSchema: params.inputSchema, outputSchema: params.outputSchema };
  const ours = createWorkflow({ id: 'ours', ...schemas })
    .then(step)
    .commit();
  const theirs = createCoreWorkflow({ id: 'theirs', ...schemas })
    .then(step)
    .commit();
  type Result<T extends { createRun(): Promise<{ start(args: never): Promise<unknown> }> }> = Awaited<
    ReturnType<Awaited<ReturnType<T['createRun']>>['start']>
  >;
  expectTypeOf<Result<typeof ours>>().toEqualTypeOf<Result<typeof theirs>>();
  expect([ours.id, theirs.id]).toEqual(['ours', 'theirs']);
  const broken = createWorkflow({ ...schemas, id: 'broken', inputSchema: params.outputSchema });
  // @ts-expect-error the step needs another input
  broken.then(step);
});
