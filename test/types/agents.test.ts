/** Durable agents as Mastra's documentation has them. Checked by `tsc`; running this file shows that it loads. */
import { Mastra } from '@mastra/core';
import { Agent } from '@mastra/core/agent';
import { InMemoryStore } from '@mastra/core/storage';
import {
  createInngestAgent,
  createInngestDurableAgenticWorkflow,
  isInngestAgent,
  serve,
  type CreateInngestAgentOptions,
  type InngestAgent,
  type InngestAgentStreamOptions,
  type InngestAgentStreamResult,
  type InngestDurableAgenticWorkflowOptions,
} from '@mastra/inngest';
import { Inngest } from 'inngest';
import { expect, expectTypeOf, test } from 'vitest';

const inngest = new Inngest({ id: 'agents', isDev: true });
const agent = new Agent({
  id: 'helper',
  name: 'Helper',
  instructions: 'You help with whatever is asked.',
  model: 'openai/gpt-5.5',
});
const durable = createInngestAgent({ agent, inngest });

/** As the page registers it. */
function app() {
  return new Mastra({
    agents: { helper: durable },
    storage: new InMemoryStore(),
    server: {
      apiRoutes: [
        {
          path: '/inngest/api',
          method: 'ALL',
          createHandler: async ({ mastra }) => serve({ mastra, inngest }),
        },
      ],
    },
  });
}

/** Its methods, of which none is called here: there is no server. */
export async function use(): Promise<unknown[]> {
  const { output, fullStream, runId, threadId, resourceId, cleanup, abort } = await durable.stream('Hello!');
  const text = await output.text;
  cleanup();
  await abort();
  const observed = await durable.observe(runId, { offset: 6 });
  const whole = await durable.generate('Hello!', { maxSteps: 3 });
  const resumed = await durable.resume(runId, { approved: true }, { toolCallId: 'call' });
  const approved = await durable.approveToolCall({ runId, toolCallId: 'call' });
  const prepared = await durable.prepare('Hello!');
  return [text, fullStream, threadId, resourceId, observed, whole.text, resumed, approved, prepared.runId];
}

test('the names of the documentation have their types', () => {
  expectTypeOf(durable).toExtend<InngestAgent<'helper'>>();
  expectTypeOf<CreateInngestAgentOptions>().toHaveProperty('streamBatchMs');
  expectTypeOf<CreateInngestAgentOptions>().toHaveProperty('concurrency');
  expectTypeOf<Parameters<InngestAgent['stream']>[1]>().toEqualTypeOf<
    InngestAgentStreamOptions | undefined
  >();
  expectTypeOf<ReturnType<InngestAgent['stream']>>().toEqualTypeOf<Promise<InngestAgentStreamResult>>();
  expectTypeOf<InngestDurableAgenticWorkflowOptions>().toHaveProperty('maxSteps');
  // @ts-expect-error -- the client is required
  expect(() => createInngestAgent({ agent })).toThrow(expect.objectContaining({ code: 'INVALID_CLIENT' }));
});

test('what they make is of this package', () => {
  expect(isInngestAgent(app().getAgent('helper'))).toBe(true);
  expect(createInngestDurableAgenticWorkflow({ inngest }).id).toBe('durable-agentic-loop');
});
