/** What a step hands on is stored as it is, or refused once; what is written is shown, and the step goes on. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Flow, Kit, type StepContext } from '../differential/kit';
import { type Engine, coreEngine, inngestEngine } from './engines';

const MIB = 1024 * 1024;
const large = (mebibytes: number) => ({ text: 'x'.repeat(mebibytes * MIB) });
const cycle = () => {
  const node: Record<string, unknown> = { n: 1 };
  node.self = node;
  return node;
};

/** What a step does wrong, and what becomes of it. */
interface Refused {
  name: string;
  body: (context: StepContext) => unknown;
  code: 'OUTPUT_NOT_SERIALIZABLE' | 'OUTPUT_TOO_LARGE';
  path?: string;
}

type Setting = StepContext & { requestContext: { set(key: string, value: unknown): void } };
const setting = (value: unknown) => (context: StepContext) => {
  (context as Setting).requestContext.set('key', value);
  return {};
};
const withState = (state: unknown, output: unknown) => async (context: StepContext) => {
  await context.setState(state as never);
  return output;
};
const suspending = (payload: unknown) => async (context: StepContext) => context.suspend(payload as never);
const getter = () => ({
  get trap(): unknown {
    throw new Error('no');
  },
});

const REFUSED: Refused[] = [
  { name: 'output-large', body: () => large(5), code: 'OUTPUT_TOO_LARGE' },
  { name: 'output-function', body: () => ({ fn: () => 1 }), code: 'OUTPUT_NOT_SERIALIZABLE', path: '$.fn' },
  { name: 'output-circular', body: cycle, code: 'OUTPUT_NOT_SERIALIZABLE', path: '$.self' },
  { name: 'output-getter', body: getter, code: 'OUTPUT_NOT_SERIALIZABLE', path: '$' },
  {
    name: 'output-to-json',
    body: () => ({
      a: {
        toJSON: () => {
          throw new Error('no');
        },
      },
    }),
    code: 'OUTPUT_NOT_SERIALIZABLE',
    path: '$.a',
  },
  {
    name: 'output-proxy',
    body: () => ({
      p: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
    }),
    code: 'OUTPUT_NOT_SERIALIZABLE',
    path: '$.p',
  },
  { name: 'output-deep', body: deep, code: 'OUTPUT_NOT_SERIALIZABLE' },
  { name: 'state-large', body: withState(large(5), {}), code: 'OUTPUT_TOO_LARGE', path: '$.state' },
  {
    name: 'state-function',
    body: withState({ fn: () => 1 }, {}),
    code: 'OUTPUT_NOT_SERIALIZABLE',
    path: '$.state.fn',
  },
  {
    name: 'state-and-output',
    body: withState(large(1.5), large(3.5)),
    code: 'OUTPUT_TOO_LARGE',
  },
  {
    name: 'suspend-large',
    body: suspending(large(5)),
    code: 'OUTPUT_TOO_LARGE',
    path: '$.suspended.payload',
  },
  {
    name: 'suspend-circular',
    body: suspending(cycle()),
    code: 'OUTPUT_NOT_SERIALIZABLE',
    path: '$.suspended.payload.self',
  },
  { name: 'context-large', body: setting(large(5)), code: 'OUTPUT_TOO_LARGE', path: '$.requestContext' },
  {
    name: 'context-with-function',
    body: setting({ fn: () => 1 }),
    code: 'OUTPUT_NOT_SERIALIZABLE',
    path: '$.requestContext.key.fn',
  },
  {
    name: 'context-and-output',
    body: context => {
      setting(large(2))(context);
      return large(2.5);
    },
    code: 'OUTPUT_TOO_LARGE',
  },
  {
    name: 'bail-large',
    body: context => context.bail(large(5) as never),
    code: 'OUTPUT_TOO_LARGE',
    path: '$.bailed.payload',
  },
];

function deep(): unknown {
  let value: unknown = {};
  for (let level = 0; level < 100_000; level++) value = { value };
  return value;
}

type Count = (name: string) => void;
const counted = (kit: Kit, count: Count, id: string, body: (context: StepContext) => unknown) =>
  kit.step(id, async context => {
    count(`${kit.name}/${id}`);
    return body(context);
  });

const LARGE_CONTEXT = (context: StepContext) => setting(large(5))(context);

const sleepingWith = (effect: (context: StepContext) => unknown) => (kit: Kit, count: Count) =>
  kit
    .workflow()
    .then(counted(kit, count, 'one', () => ({})))
    .sleep(async (context: StepContext) => {
      count(`${kit.name}/code`);
      await effect(context);
      return 1;
    })
    .commit();

/** Code outside a step's body that hands on too much. */
const OUTSIDE: Record<string, (kit: Kit, count: Count) => Flow> = {
  'sleep-context': sleepingWith(LARGE_CONTEXT),
  'sleep-state': sleepingWith(context => context.setState(large(5) as never)),
  'branch-context': (kit, count) =>
    kit
      .workflow()
      .then(counted(kit, count, 'one', () => ({})))
      .branch([
        [
          async (context: StepContext) => {
            count(`${kit.name}/code`);
            LARGE_CONTEXT(context);
            return true;
          },
          kit.step('arm', () => ({})),
        ],
      ])
      .commit(),
  'loop-context': (kit, count) =>
    kit
      .workflow()
      .dountil(
        counted(kit, count, 'one', () => ({})),
        async (context: StepContext) => {
          count(`${kit.name}/code`);
          LARGE_CONTEXT(context);
          return true;
        },
      )
      .commit(),
  'loop-condition-large-error': (kit, count) =>
    kit
      .workflow()
      .dountil(
        counted(kit, count, 'one', () => large(3.8)),
        async () => {
          count(`${kit.name}/code`);
          throw Object.assign(new Error('OUTPUT_TOO_LARGE'), {
            code: 'OUTPUT_TOO_LARGE',
            rows: 'r'.repeat(900_000),
          });
        },
      )
      .commit(),
  'nested-total': (kit, count) => {
    const child = kit
      .child('child', { stateSchema: kit.any })
      .then(counted(kit, count, 'one', withState(large(3), {})))
      .then(counted(kit, count, 'code', () => large(3)))
      .commit();
    return kit.workflow({ stateSchema: kit.any }).then(child).commit();
  },
};

/** What a step writes, puts into the request context or returns, where the run goes on. */
const GOES_ON: Record<string, (kit: Kit, count: Count) => Flow> = {
  'writes-circular': (kit, count) => writes(kit, count, cycle),
  'writes-getter': (kit, count) => writes(kit, count, getter),
  'writes-deep': (kit, count) => writes(kit, count, deep),
  'writes-function': (kit, count) => writes(kit, count, () => ({ fn: () => 1, a: 1 })),
  'writes-large': (kit, count) => writes(kit, count, () => large(5)),
  'custom-without-type': (kit, count) =>
    kit
      .workflow()
      .then(
        counted(kit, count, 'one', async ({ writer }) => {
          await writer.custom({ type: 'data-odd', data: cycle() } as never);
          return { done: true };
        }),
      )
      .commit(),
  'context-function': (kit, count) =>
    kit
      .workflow()
      .then(
        counted(kit, count, 'one', context => {
          setting(() => 1)(context);
          return {};
        }),
      )
      .then(
        counted(kit, count, 'two', context => ({
          done: true,
          seen: typeof (
            context as unknown as { requestContext: { get(key: string): unknown } }
          ).requestContext.get('key'),
        })),
      )
      .commit(),
  'output-over-8-mib': (kit, count) =>
    kit
      .workflow()
      .then(counted(kit, count, 'one', () => large(3.9)))
      .then(counted(kit, count, 'two', () => large(3.8)))
      .then(counted(kit, count, 'three', () => large(3.7)))
      .then(counted(kit, count, 'four', () => ({ done: true })))
      .commit(),
};

function writes(kit: Kit, count: Count, make: () => unknown): Flow {
  return kit
    .workflow()
    .then(
      counted(kit, count, 'one', async ({ writer }) => {
        await writer.write(make() as never);
        return { done: true };
      }),
    )
    .commit();
}

function build(inngest: ConstructorParameters<typeof Kit>[1], count: Count): Record<string, Flow> {
  const refused = REFUSED.map(({ name, body }) => {
    const kit = new Kit(name, inngest);
    const workflow = kit.workflow({ stateSchema: kit.any, retryConfig: { attempts: 3, delay: 0 } });
    return [name, workflow.then(counted(kit, count, 'one', body)).commit()];
  });
  const more = Object.entries({ ...OUTSIDE, ...GOES_ON }).map(([name, make]) => [
    name,
    make(new Kit(name, inngest), count),
  ]);
  return Object.fromEntries([...refused, ...more]) as Record<string, Flow>;
}

describe.each([true, false])('what is handed on: checkpointing %s', checkpointing => {
  let ours: Engine;
  let core: Engine;
  beforeAll(async () => {
    ours = await inngestEngine(build, checkpointing);
    core = await coreEngine(build);
  });
  afterAll(() => Promise.all([ours.stop(), core.stop()]));

  test.concurrent.each(REFUSED.map(one => [one.name, one] as const))(
    'I7: refused once: %s',
    async (name, { code, path }) => {
      const { result } = await ours.run(name, {});
      expect(ours.calls(`${name}/one`)).toBe(1);
      expect(result).toMatchObject({ status: 'failed', error: { code, stepId: 'one', workflowId: name } });
      if (path) expect(result?.error).toMatchObject({ path });
      expect(result?.steps.one?.status).toBe('failed');
    },
  );

  test.concurrent.each(Object.keys(OUTSIDE))('I7: refused once: %s', async name => {
    const { result, rejected } = await ours.run(name, {});
    expect(ours.calls(`${name}/code`)).toBe(1);
    expect(ours.calls(`${name}/one`)).toBeLessThanOrEqual(1);
    expect(result?.error ?? rejected).toMatchObject({ code: 'OUTPUT_TOO_LARGE' });
  });

  test.concurrent.each(Object.keys(GOES_ON))('I8: the step goes on: %s', async name => {
    const [own, reference] = [await ours.run(name, {}), await core.run(name, {})];
    expect(own.result).toMatchObject({ status: 'success', result: { done: true } });
    expect(reference.result?.status).toBe('success');
    expect(ours.calls(`${name}/one`)).toBe(1);
  });

  test('I7: a function in the request context is seen by no later step, and the log says so once', async () => {
    const warn = vi.spyOn(ours.mastra.getLogger(), 'warn');
    const { result } = await ours.run('context-function', {});
    expect(result?.result).toEqual({ done: true, seen: 'undefined' });
    const told = warn.mock.calls.filter(([message]) => String(message).includes('request context'));
    expect(told).toHaveLength(1);
    expect(told[0]?.[1]).toMatchObject({ stepId: 'one', keys: ['key'] });
    warn.mockRestore();
  });

  test('I8: what was written is shown with a text in the place of what JSON can not say', async () => {
    const run = await ours.mastra.getWorkflowById('writes-circular' as never).createRun();
    const stream = run.stream({ inputData: {} as never });
    const written: unknown[] = [];
    for await (const chunk of stream.fullStream as AsyncIterable<{
      type: string;
      payload?: { output?: unknown };
    }>) {
      if (chunk.type === 'workflow-step-output') written.push(chunk.payload?.output);
    }
    expect(written).toEqual([{ n: 1, self: '[left out: a circular reference]' }]);
  });
});
