/** Names and types of the npm package's documentation. Checked by `tsc`; running this file shows that it loads. */
import { Mastra } from '@mastra/core';
import {
  InngestWorkflow,
  connect,
  createServe,
  init,
  serve,
  type InngestFlowControlConfig,
  type InngestFlowCronConfig,
  type InngestServeAdapter,
  type InngestWorkflowConfig,
  type MastraConnectOptions,
  type MastraServeOptions,
} from '@mastra/inngest';
import type { RequestContext } from '@mastra/core/request-context';
import { Inngest } from 'inngest';
import { serve as honoServe } from 'inngest/hono';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

interface Tenant {
  tenant: string;
}
const inngest = new Inngest({ id: 'drop-in', isDev: true });
const { createWorkflow, createStep, cloneWorkflow } = init<Tenant>(inngest);
const count = z.object({ count: z.number() });
const add = createStep({
  id: 'add',
  inputSchema: count,
  outputSchema: count,
  execute: async ({ inputData }) => ({ count: inputData.count + 1 }),
});
const options = { id: 'counting', inputSchema: count, outputSchema: count };

test('a workflow names its steps beforehand, and has a typed input, result and request context', () => {
  const workflow = createWorkflow({ ...options, steps: [add], concurrency: { limit: 2 } })
    .then(add)
    .commit();
  const clone = cloneWorkflow(workflow, { id: 'copy' });
  type Start = Parameters<Awaited<ReturnType<typeof clone.createRun>>['start']>[0];
  expectTypeOf<Start['inputData']>().toEqualTypeOf<{ count: number } | undefined>();
  expectTypeOf<NonNullable<Start['requestContext']>>().toEqualTypeOf<RequestContext<Tenant>>();
  expect(clone.id).toBe('copy');
});

test('onFailure knows what it is called with', () => {
  const workflow = createWorkflow({
    ...options,
    onFailure: ({ error, event }) => {
      expectTypeOf(error).toExtend<Error>();
      const failed: string = event.data.run_id;
      expect(failed).toBeTypeOf('string');
    },
  });
  expect(workflow.functionOptions.onFailure).toBeTypeOf('function');
});

test('the class is made of parameters and a client', () => {
  const workflow = new InngestWorkflow({ ...options, concurrency: { limit: 2 } }, inngest, {
    streamBatchMs: 20,
  });
  expect(workflow.inngest.id).toBe('drop-in');
  expect(workflow.functionOptions).toEqual({ concurrency: { limit: 2 } });
  expect(workflow.streamBatchMs).toBe(20);
});

test('types by name', () => {
  expectTypeOf<InngestFlowCronConfig<{ count: number }>>().toExtend<{ inputData?: { count: number } }>();
  expectTypeOf<InngestWorkflowConfig<'a', unknown, { count: number }>['id']>().toEqualTypeOf<'a'>();
  expectTypeOf<InngestFlowControlConfig['retries']>().toExtend<number | undefined>();
  expectTypeOf<{ instanceId: string }>().toExtend<NonNullable<MastraConnectOptions['registerOptions']>>();
  expectTypeOf(connect).toBeFunction();
});

test('an adapter by its type, and what serve takes', () => {
  const mastra = new Mastra({
    workflows: { counting: createWorkflow(options).then(add).commit() },
    logger: false,
  });
  const adapter: InngestServeAdapter<ReturnType<typeof honoServe>> = honoServe as never;
  const given: MastraServeOptions = {
    mastra,
    inngest,
    functions: [],
    registerOptions: { servePath: '/inngest' },
  };
  const handler: ReturnType<typeof honoServe> = createServe(adapter)(given);
  expect(handler).toBeTypeOf('function');
  // @ts-expect-error -- no Mastra
  expect(() => serve({ mastra: 5, inngest })).toThrow(/`mastra` is no Mastra/);
});
