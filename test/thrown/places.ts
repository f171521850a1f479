/** Every place where user code may throw, as a workflow whose input names what is thrown. */
import { Agent } from '@mastra/core/agent';
import { createTool } from '@mastra/core/tools';
import { createStep } from '@mastra/core/workflows';
import { nativeStep } from '@mastra/inngest';
import { z } from 'zod';
import { type Flow, type Kit, type StepContext } from '../differential/kit';

/** Throws what the input names, and counts that under the place. */
export type Throw = (place: string, input: unknown) => never;

/** Where a throw ends the run as a step's failure, or as one of the run itself: then core's `start()` rejects. */
export interface Place {
  name: string;
  build(kit: Kit, fail: Throw): Flow;
  /** What the run is started with; the name of the value by default. */
  input?: (value: string) => unknown;
  /** How often the code is called; once by default. */
  calls?: number;
  /** What becomes of the run: the step fails by default. */
  ends?: 'rejects' | 'goes on' | 'other error';
}

const valueIn = ({ inputData }: { inputData: unknown }) => inputData;
const throwing = (kit: Kit, fail: Throw, place = kit.name) =>
  kit.step('throws', context => fail(place, valueIn(context)));
const echo = (kit: Kit, id = 'echo') => kit.step(id, valueIn);

function toolOf(kit: Kit, fail: Throw) {
  return createTool({
    id: 'throwing-tool',
    description: 'throws',
    inputSchema: z.any(),
    outputSchema: z.any(),
    execute: (async (input: unknown) => fail(kit.name, input)) as never,
  });
}

/** An agent whose model throws; its calls are those of the model's. */
function agentOf(kit: Kit, fail: Throw) {
  const call = async ({ prompt }: { prompt: unknown }) =>
    fail(kit.name, { value: /value:(\S+?):/.exec(JSON.stringify(prompt))?.[1] });
  const model = {
    specificationVersion: 'v2',
    provider: 'none',
    modelId: 'throws',
    supportedUrls: {},
    doGenerate: call,
    doStream: call,
  };
  return new Agent({
    id: 'agent',
    name: 'Agent',
    instructions: 'None.',
    model: model as never,
    maxRetries: 0,
  });
}

export const PLACES: Place[] = [
  { name: 'op', build: (kit, fail) => kit.workflow().then(throwing(kit, fail)).then(echo(kit)).commit() },
  {
    name: 'retried-op',
    build: (kit, fail) =>
      kit
        .workflow({ retryConfig: { attempts: 2, delay: 0 } })
        .then(throwing(kit, fail))
        .commit(),
    calls: 3,
  },
  {
    name: 'map',
    build: (kit, fail) =>
      kit
        .workflow()
        .map(async (context: StepContext) => fail(kit.name, valueIn(context)), { id: 'throws' })
        .commit(),
  },
  {
    name: 'parallel',
    build: (kit, fail) =>
      kit
        .workflow()
        .parallel([throwing(kit, fail), echo(kit)])
        .commit(),
  },
  {
    name: 'arm',
    build: (kit, fail) =>
      kit
        .workflow()
        .branch([[async () => true, throwing(kit, fail)]])
        .commit(),
  },
  {
    name: 'foreach',
    build: (kit, fail) => kit.workflow().foreach(throwing(kit, fail)).commit(),
    input: value => [{ value }],
  },
  {
    name: 'loop',
    build: (kit, fail) =>
      kit
        .workflow()
        .dountil(throwing(kit, fail), async () => true)
        .commit(),
  },
  {
    name: 'nested',
    build: (kit, fail) => {
      const child = kit.child('child').then(throwing(kit, fail)).commit();
      return kit.workflow().then(child).commit();
    },
  },
  {
    name: 'nested-core',
    build: (kit, fail) => {
      const child = kit.coreChild('child').then(throwing(kit, fail)).commit();
      return kit.workflow().then(child).commit();
    },
    // What comes out of core's own engine is its own error where it can't handle one.
    ends: 'other error',
  },
  {
    name: 'tool',
    build: (kit, fail) =>
      kit
        .workflow()
        .then(createStep(toolOf(kit, fail)))
        .commit(),
  },
  {
    name: 'agent',
    build: (kit, fail) =>
      kit
        .workflow()
        .then(createStep(agentOf(kit, fail)))
        .commit(),
    input: value => ({ prompt: `value:${value}:` }),
    ends: 'other error',
  },
  {
    name: 'native',
    build: (kit, fail) =>
      kit
        .workflow()
        .then(nativeStep(throwing(kit, fail) as never))
        .commit(),
    // A native step's body is under Inngest's rules: it is called with each request.
    calls: Infinity,
  },
  {
    name: 'condition',
    build: (kit, fail) =>
      kit
        .workflow()
        .branch([
          [async (context: StepContext) => fail(kit.name, valueIn(context)), echo(kit, 'one')],
          [async () => true, echo(kit, 'two')],
        ])
        .commit(),
    ends: 'goes on',
  },
  {
    name: 'loop-condition',
    build: (kit, fail) =>
      kit
        .workflow()
        .dountil(echo(kit), async (context: StepContext) => fail(kit.name, valueIn(context)))
        .commit(),
    ends: 'rejects',
  },
  {
    name: 'nested-loop-condition',
    build: (kit, fail) => {
      const child = kit.child('child').then(echo(kit)).commit();
      return kit
        .workflow()
        .dountil(child, async (context: StepContext) => fail(kit.name, valueIn(context)))
        .commit();
    },
    ends: 'rejects',
  },
  ...(['sleep', 'sleepUntil'] as const).map((method): Place => ({
    name: method === 'sleep' ? method : 'sleep-until',
    build: (kit, fail) =>
      kit
        .workflow()
        [method](async (context: StepContext) => fail(kit.name, valueIn(context)))
        .commit(),
    ends: 'rejects',
  })),
  {
    name: 'concurrency',
    build: (kit, fail) =>
      kit
        .workflow()
        .foreach(echo(kit), {
          concurrency: ({ inputData }: { inputData: unknown[] }) => fail(kit.name, inputData[0]),
        })
        .commit(),
    input: value => [{ value }],
    ends: 'rejects',
  },
  {
    name: 'on-start',
    build: (kit, fail) =>
      kit
        .workflow({
          options: {
            onStart: async ({ getInitData }: { getInitData(): unknown }) => fail(kit.name, getInitData()),
          },
        })
        .then(echo(kit))
        .commit(),
    ends: 'rejects',
  },
  {
    name: 'on-finish',
    build: (kit, fail) =>
      kit
        .workflow({
          options: {
            onFinish: async ({ getInitData }: { getInitData(): unknown }) => fail(kit.name, getInitData()),
          },
        })
        .then(echo(kit))
        .commit(),
    ends: 'goes on',
  },
];
