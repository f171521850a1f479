/** What the plan of core's agents says of core's graph holds on each core that is installed. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Agent } from '@mastra/core/agent';
import { DurableAgent } from '@mastra/core/agent/durable';
import { createTool } from '@mastra/core/tools';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { AGENT_PLAN, DECISION } from '../../src/agent/plan';
import { scriptedModel } from './support/scripted-model';

afterEach(() => {
  vi.restoreAllMocks();
});

interface Params {
  inputData: unknown;
  getInitData: () => unknown;
  getStepResult: (id: string) => unknown;
}
type Map = (params: Params) => Promise<unknown>;

interface Entry {
  type: string;
  id?: string;
  mapConfig?: Map;
  opts?: { concurrency?: (given: Pick<Params, 'inputData' | 'getInitData'>) => unknown };
  step?: { id?: string; step?: { id: string; stepGraph?: Entry[] } };
}

/** One call of a pure entry: what it was given, and what it gave. */
interface Call {
  id: string;
  call: Map;
  params: Params;
  given: string;
}

const CORES = {
  'the installed core': async () => ({ Agent, DurableAgent, createTool }),
  'the oldest core': async () => ({
    ...((await import('core-oldest/agent' as string)) as { Agent: typeof Agent }),
    ...((await import('core-oldest/agent/durable' as string)) as { DurableAgent: typeof DurableAgent }),
    ...((await import('core-oldest/tools' as string)) as { createTool: typeof createTool }),
  }),
};

function entriesOf(graph: readonly Entry[]): Entry[] {
  return graph.flatMap(entry => [entry, ...entriesOf(entry.step?.step?.stepGraph ?? [])]);
}

const idOf = ({ id, step }: Entry): string => id ?? step?.step?.id ?? step?.id ?? '';

/** A durable agent whose model calls two tools at once, one of which fails, and then a third. */
async function played(core: keyof typeof CORES): Promise<{ entries: Entry[]; calls: Call[] }> {
  const its = await CORES[core]();
  const execute = async ({ n }: { n: number }) => {
    if (n === 2) throw new TypeError('no');
    return { sum: n };
  };
  const add = its.createTool({
    id: 'add',
    description: 'Adds',
    inputSchema: z.object({ n: z.number() }),
    execute,
  });
  const tool = (n: number) => ({ name: 'add', args: { n }, id: `call-${n}` });
  const model = scriptedModel([
    { text: ['a'], tools: [tool(1), tool(2)] },
    { tools: [tool(3)] },
    { text: ['done'] },
  ]);
  const agent = new its.Agent({
    id: 'planned',
    name: 'planned',
    instructions: '',
    model: model as never,
    tools: { add },
  });
  const durable = new its.DurableAgent({ agent }) as unknown as {
    getWorkflow(): { stepGraph: Entry[] };
    stream(text: string): Promise<{ output: { getFullOutput(): Promise<{ text: string }> } }>;
  };
  const entries = entriesOf(durable.getWorkflow().stepGraph);
  const calls: Call[] = [];
  for (const entry of entries) {
    const id = idOf(entry);
    const note = (call: Map, params: Params) => {
      const given = JSON.stringify(seen(params));
      calls.push({ id, call, given, params: params });
    };
    const { mapConfig, opts } = entry;
    if (mapConfig && AGENT_PLAN.pure.includes(id)) {
      entry.mapConfig = async params => {
        note(mapConfig, params);
        return mapConfig(params);
      };
    }
    const concurrency = opts?.concurrency;
    if (concurrency && AGENT_PLAN.pureControl.includes(id)) {
      entry.opts = {
        ...opts,
        concurrency: given => {
          note(async params => concurrency(params), { ...given, getStepResult: () => undefined });
          return concurrency(given);
        },
      };
    }
  }
  const { output } = await durable.stream('Go on.');
  expect((await output.getFullOutput()).text).toBe('adone');
  return { entries, calls };
}

/** What an entry is given that it may read. */
function seen({ inputData, getInitData, getStepResult }: Params) {
  return { inputData, init: getInitData(), model: getStepResult('durable-llm-execution') };
}

/** The same params, made of copies that can't be changed, and nothing else that it could do anything with. */
function frozen(given: string): Params {
  const { inputData, init, model } = JSON.parse(given, (_key, value: unknown) =>
    Object.freeze(value),
  ) as ReturnType<typeof seen>;
  const known = {
    inputData,
    getInitData: () => init,
    getStepResult: (id: string) => (id === 'durable-llm-execution' ? model : undefined),
  };
  return new Proxy(known as Params, {
    get: (target, key) => {
      if (key in target) return Reflect.get(target, key) as unknown;
      throw new TypeError(`It read ${String(key)}.`);
    },
  });
}

/** Runs code that may look at no clock and draw no number; what else the process does meanwhile may. */
async function watched<T>(body: () => Promise<T>): Promise<T> {
  const inside = new AsyncLocalStorage<true>();
  const refuse = <F extends (...args: never[]) => unknown>(genuine: F) =>
    function (this: unknown, ...args: never[]): unknown {
      if (inside.getStore()) throw new TypeError('It is not pure.');
      return new.target ? Reflect.construct(genuine, args) : Reflect.apply(genuine, this, args);
    };
  const { crypto } = globalThis;
  const real = {
    now: Date.now,
    random: Math.random,
    randomUUID: crypto.randomUUID.bind(crypto),
    getRandomValues: crypto.getRandomValues.bind(crypto),
    Date,
  };
  vi.spyOn(Date, 'now').mockImplementation(refuse(real.now) as never);
  vi.spyOn(Math, 'random').mockImplementation(refuse(real.random) as never);
  vi.spyOn(crypto, 'randomUUID').mockImplementation(refuse(real.randomUUID) as never);
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(refuse(real.getRandomValues) as never);
  vi.spyOn(globalThis, 'Date').mockImplementation(refuse(real.Date as never) as never);
  await expect(inside.run(true, async () => new Date())).rejects.toThrow('not pure');
  return inside.run(true, body);
}

test.each(Object.keys(CORES) as (keyof typeof CORES)[])(
  '%s: entries that are called pure are',
  async core => {
    const { entries, calls } = await played(core);
    const ids = [...entries.map(idOf), DECISION];
    const { inlined, pure, pureControl, joined } = AGENT_PLAN;
    for (const id of [...inlined, ...pure, ...pureControl, ...joined]) expect(ids).toContain(id);
    for (const id of [...pure, 'durable-tool-call']) expect(calls.map(call => call.id)).toContain(id);
    const made = await watched(async () => {
      const results: [unknown, unknown][] = [];
      for (const { call, given } of calls)
        results.push([await call(frozen(given)), await call(frozen(given))]);
      return results;
    });
    for (const [first, second] of made) expect(second).toEqual(first);
  },
);
