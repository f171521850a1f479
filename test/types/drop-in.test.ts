/** Names and types of the npm package's documentation. Checked by `tsc`; running this file shows that it loads. */
import { Mastra } from '@mastra/core';
import { InMemoryStore } from '@mastra/core/storage';
import {
  InngestExecutionEngine,
  InngestPubSub,
  InngestRun,
  InngestWorkflow,
  connect,
  createServe,
  init,
  serve,
  type InngestCreateFunctionConfig,
  type InngestEngineType,
  type InngestFlowControlConfig,
  type InngestFlowCronConfig,
  type InngestServeAdapter,
  type InngestWorkflowConfig,
  type MastraConnectOptions,
  type MastraServeOptions,
} from '@mastra/inngest';
import type { RequestContext } from '@mastra/core/request-context';
import type { PubSub } from '@mastra/core/events';
import { type DefaultEngineType, Run, type Step } from '@mastra/core/workflows';
import { Inngest, referenceFunction } from 'inngest';
import { serve as honoServe } from 'inngest/hono';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

interface Tenant {
  tenant: string;
}
const inngest = new Inngest({ id: 'drop-in', isDev: true });
const { createWorkflow, createStep, cloneStep, cloneWorkflow, createTool } = init<Tenant>(inngest);
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

test('a run is core’s run of the same types, and more', async () => {
  const workflow = createWorkflow({ ...options, steps: [add] })
    .then(add)
    .commit();
  const mastra = new Mastra({ workflows: { workflow }, logger: false, storage: new InMemoryStore() });
  const run = await mastra.getWorkflow('workflow').createRun({ runId: 'r', resourceId: 'u' });
  type Steps = Step<
    'add',
    unknown,
    { count: number },
    { count: number },
    unknown,
    unknown,
    DefaultEngineType
  >[];
  type Of<T extends Steps> = InngestRun<
    DefaultEngineType,
    T,
    unknown,
    { count: number },
    { count: number },
    Tenant
  >;
  expectTypeOf(run).toEqualTypeOf<Of<Steps>>();
  expectTypeOf(run).toExtend<
    Run<DefaultEngineType, Steps, unknown, { count: number }, { count: number }, Tenant>
  >();
  type Result = Awaited<ReturnType<typeof run.start>>;
  type Waited = Awaited<ReturnType<typeof run.getRunOutput>>;
  expectTypeOf<Waited>().toEqualTypeOf<{ output: { result: Result } }>();
  expectTypeOf(run.getRunOutput).parameters.toEqualTypeOf<[eventId?: string, maxWaitMs?: number]>();
  expectTypeOf(run.observeStream).parameters.toEqualTypeOf<[args?: { offset?: number }]>();
  const unnamed = run as InngestRun;
  expect(unnamed).toBeInstanceOf(InngestRun);
  expect(unnamed).toBeInstanceOf(Run);
});

test('a pubsub is core’s', () => {
  const pubsub = new InngestPubSub(inngest, 'counting', async ({ channel, topic, data }) => {
    expectTypeOf(channel).toBeString();
    expectTypeOf(topic).toBeString();
    expectTypeOf(data).toBeUnknown();
  });
  expectTypeOf(pubsub).toExtend<PubSub>();
  expectTypeOf(pubsub.close).returns.resolves.toBeVoid();
  expectTypeOf(InngestPubSub).toBeConstructibleWith(inngest);
  expectTypeOf(InngestExecutionEngine.prototype.executeStep).toBeFunction();
});

test('a function of one’s own runs a workflow', () => {
  const workflow = createWorkflow(options).then(add).commit();
  const own = inngest.createFunction({ id: 'own', triggers: [{ event: 'own/asked' }] }, async ({ step }) => {
    const data = { inputData: { count: 1 } };
    const { result, runId } = await step.invoke('count', { function: workflow.getFunction(), data });
    const named = referenceFunction<ReturnType<typeof workflow.getFunction>>({
      functionId: 'workflow.counting',
    });
    const { result: again } = await step.invoke('again', { function: named, data });
    expectTypeOf(runId).toBeString();
    if (result.status === 'success') expectTypeOf(result.result).toEqualTypeOf<{ count: number }>();
    return { runId, status: result.status, again: again.status };
  });
  expect(own.id()).toBe('own');
});

test('types by name', () => {
  expectTypeOf<InngestEngineType['step']['run']>().toBeFunction();
  expectTypeOf<InngestCreateFunctionConfig>().toExtend<{ id: string }>();
  expectTypeOf<InngestFlowCronConfig<{ count: number }>>().toExtend<{ inputData?: { count: number } }>();
  expectTypeOf<InngestWorkflowConfig<'a', unknown, { count: number }>['id']>().toEqualTypeOf<'a'>();
  expectTypeOf<InngestFlowControlConfig['retries']>().toExtend<number | undefined>();
  expectTypeOf<{ instanceId: string }>().toExtend<NonNullable<MastraConnectOptions['registerOptions']>>();
  expectTypeOf(connect).toBeFunction();
  expectTypeOf(createTool).toBeFunction();
  expectTypeOf(cloneStep).toBeFunction();
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
