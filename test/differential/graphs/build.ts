/** A workflow from a graph's plain data. */
import { TripWire } from '@mastra/core/agent';
import { Classifier } from '@mastra/core/classifier';
import { MastraNonRetryableError } from '@mastra/core/error';
import { createTool } from '@mastra/core/tools';
import { createStep } from '@mastra/core/workflows';
import type { Case, Flow, Kit, StepContext } from '../kit';
import type { Behaviour, Entry, Graph, Leaf } from './spec';

class RandomError extends Error {
  override readonly name = 'RandomError';
  readonly code = 'E_RANDOM';
}

export function caseOf(graph: Graph, name: string): Case {
  return {
    name,
    input: { n: 1 },
    unordered: true,
    resourceId: graph.context ? 'resource-1' : undefined,
    start: {
      ...(graph.state ? { initialState: { given: 1 } } : {}),
      ...(graph.context ? { requestContext: { user: 'ada', gone: 'soon', deep: { list: [1] } } } : {}),
    },
    build: kit => new Builder(kit).workflow(graph),
  };
}

/** One number for any value, so that every step can follow every other. */
function digest(value: unknown): number {
  const text = JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Map) return [...item];
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
  return [...(text ?? '')].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973, 7);
}

class Builder {
  private count = 0;
  private inCore = 0;

  constructor(private readonly kit: Kit) {}

  workflow(graph: Graph): Flow {
    const { kit } = this;
    const flow = kit.workflow({
      stateSchema: kit.any,
      retryConfig: { attempts: graph.retries, delay: 0 },
      options: {
        validateInputs: graph.validate,
        ...(graph.callbacks
          ? { onFinish: kit.fn('onFinish', async () => {}), onError: kit.fn('onError', async () => {}) }
          : {}),
        ...(graph.persist === 'no-running'
          ? {
              shouldPersistSnapshot: ({ workflowStatus }: { workflowStatus: string }) =>
                workflowStatus !== 'running',
            }
          : {}),
      },
    });
    return this.add(flow, graph.entries).commit();
  }

  private id(prefix: string): string {
    return `${prefix}${this.count++}`;
  }

  private add(flow: Flow, entries: Entry[]): Flow {
    return entries.reduce((before, entry) => this.entry(before, entry), flow);
  }

  private entry(flow: Flow, entry: Entry): Flow {
    switch (entry.kind) {
      case 'leaf':
        return flow.then(this.leaf(entry.leaf));
      case 'mapping':
        return flow.map(this.mapping(flow, entry.form));
      case 'parallel':
        return flow.parallel(entry.arms.map(arm => this.leaf(arm)));
      case 'branch':
        return flow.branch(entry.arms.map(({ taken, leaf }) => [this.condition(taken), this.leaf(leaf)]));
      case 'loop':
        return flow[entry.type](this.leaf(entry.leaf), this.turns(entry.type, entry.turns));
      case 'foreach':
        return this.foreach(flow, entry);
      case 'sleep':
        return this.sleep(flow, entry.form, entry.named);
    }
  }

  private leaf({ kind, behaviour, inner }: Leaf): unknown {
    const { kit } = this;
    // Within a workflow of core, those nested in it are core's, too.
    if (kind === 'core-nested' || (kind === 'nested' && this.inCore > 0)) {
      this.inCore++;
      const flow = this.add(kit.coreChild(this.id('c'), { stateSchema: kit.any }), inner).commit();
      this.inCore--;
      return flow;
    }
    if (kind === 'nested') return this.add(kit.child(this.id('n'), { stateSchema: kit.any }), inner).commit();
    if (kind === 'tool') return this.tool();
    if (kind === 'classifier') return this.classifier();
    if (kind === 'processor') return this.processor();
    return this.step(behaviour);
  }

  /** Fails where what comes before is no JSON, as core's does. */
  private classifier(): unknown {
    const id = this.id('q');
    const doEvaluate = this.kit.fn(id, async ({ state }: { state: unknown }) => ({
      answers: { odd: { type: 'boolean', probability: digest(state) % 2 } },
    }));
    const model = {
      specificationVersion: 'v4',
      provider: 'test',
      modelId: 'm',
      supportedQuestionTypes: ['boolean'],
      doEvaluate,
    };
    return createStep(
      new Classifier({ id, model, questions: { odd: { type: 'boolean' } } } as never) as never,
    );
  }

  /** In a workflow of its own: a step makes what a processor takes, another takes out what it gives. */
  private processor(): unknown {
    const { kit } = this;
    const id = this.id('p');
    const processOutputStream = kit.fn(id, async ({ part }: { part: unknown }) => ({ n: digest(part) }));
    const flow = this.inCore > 0 ? kit.coreChild(`${id}-flow`) : kit.child(`${id}-flow`);
    return flow
      .then(
        kit.step(`${id}-part`, ({ inputData }) => ({
          phase: 'outputStream',
          part: { type: 'text-delta', n: digest(inputData) },
          streamParts: [],
          state: {},
        })),
      )
      .then(createStep({ id, processOutputStream } as never))
      .then(kit.step(`${id}-n`, ({ inputData }) => inputData.part as unknown))
      .commit();
  }

  private tool(): unknown {
    const id = this.id('t');
    const execute = this.kit.fn(id, async (input: unknown) => ({ n: digest(input) }));
    return createStep(
      createTool({
        id,
        description: id,
        inputSchema: this.kit.any,
        outputSchema: this.kit.any,
        execute: execute as never,
      }),
    );
  }

  private step(behaviour: Behaviour): unknown {
    const id = this.id('s');
    const { z } = this.kit;
    const inputSchema =
      behaviour === 'schema-default'
        ? z.looseObject({ extra: z.number().default(3) }).or(z.any())
        : behaviour === 'schema-refuses'
          ? z.object({ missing: z.string() })
          : this.kit.any;
    return this.kit.step(id, context => behave(behaviour, id, context), {
      inputSchema,
      ...(behaviour === 'retried' || behaviour === 'retries-used-up' ? { retries: 2 } : {}),
    });
  }

  private condition(taken: 'yes' | 'no' | 'throws') {
    return this.kit.fn(this.id('if'), async () => {
      if (taken === 'throws') throw new Error('undecided');
      return taken === 'yes';
    });
  }

  private turns(type: 'dountil' | 'dowhile', turns: number) {
    return this.kit.fn(this.id('turn'), async ({ iterationCount }: { iterationCount: number }) =>
      type === 'dountil' ? iterationCount >= turns : iterationCount < turns,
    );
  }

  private foreach(flow: Flow, { items, concurrency, leaf }: Extract<Entry, { kind: 'foreach' }>): Flow {
    const { kit } = this;
    const list = kit.fn(this.id('list'), async ({ inputData }: StepContext) =>
      Array.from({ length: items }, (_, index) => ({ n: digest(inputData) + index })),
    );
    const atOnce =
      concurrency === 'function'
        ? kit.fn(this.id('concurrency'), ({ inputData }: { inputData: unknown[] }) => inputData.length)
        : concurrency;
    return flow.map(list).foreach(this.leaf(leaf), { concurrency: atOnce });
  }

  private sleep(flow: Flow, form: string, named: boolean): Flow {
    const { kit } = this;
    // Core's ids of unnamed sleeps are random in each process, so two instances of the app can't agree on one.
    const options = named || this.inCore > 0 ? { id: this.id('nap') } : undefined;
    const name = this.id('sleep');
    if (form === 'value') return flow.sleep(2, options);
    if (form === 'function')
      return flow.sleep(
        kit.fn(name, async () => 2),
        options,
      );
    if (form === 'until') return flow.sleepUntil(new Date(Date.now() + 2), options);
    return flow.sleepUntil(
      kit.fn(name, async () => new Date(Date.now() + 2)),
      options,
    );
  }

  private mapping(flow: Flow, form: string): unknown {
    const { kit } = this;
    const name = this.id('map');
    const fn = kit.fn(name, async ({ inputData }: StepContext) => ({ n: digest(inputData) }));
    switch (form) {
      case 'value':
        return { n: { value: 5, schema: kit.any } };
      case 'init':
        return { n: { initData: flow, path: '.' } };
      case 'template':
        return { text: { template: 'a constant text' } };
      case 'fn':
        return { n: { fn, schema: kit.any } };
      case 'context':
        return { user: { requestContextPath: 'user', schema: kit.any } };
      default:
        return fn;
    }
  }
}

async function behave(behaviour: Behaviour, id: string, context: StepContext): Promise<unknown> {
  const { inputData, state, setState, requestContext, retryCount, writer, suspend } = context;
  const n = digest(inputData);
  switch (behaviour) {
    case 'slow':
      await new Promise(resolve => setTimeout(resolve, 3));
      return { n };
    case 'writes':
      await writer.write({ from: id, n });
      return { n };
    case 'chunk':
      await writer.custom({ type: 'data-random', data: { from: id, n } } as never);
      return { n };
    case 'nothing':
      return undefined;
    case 'null':
      return null;
    case 'text':
      return `n is ${n}`;
    case 'list':
      return [n, { n }];
    case 'date':
      return { at: new Date(n) };
    case 'map':
      return new Map([['n', n]]);
    case 'init':
      return { init: context.getInitData<unknown>() };
    case 'previous':
      return { before: digest(context.getStepResult('s0')) };
    case 'retried':
      if (retryCount < 2) throw new Error(`attempt ${retryCount} of ${id}`);
      return { retryCount };
    case 'retries-used-up':
    case 'throws':
      throw new Error(`${id} throws at ${retryCount}`);
    case 'throws-class':
      throw new RandomError(`${id} throws`, { cause: new RangeError('why') });
    case 'tripwire':
      throw new TripWire(`${id} trips`, { metadata: { n } });
    case 'non-retryable':
      throw new MastraNonRetryableError(`${id} gives up`);
    case 'sets-state':
      await setState({ ...state, [id]: n });
      return { n };
    case 'reads-state':
      return { keys: Object.keys(state as object).sort() };
    case 'sets-context':
      requestContext.set(id as never, n as never);
      return { n };
    case 'deletes-context':
      requestContext.delete('gone' as never);
      return { n };
    case 'reads-context':
      return { keys: Object.keys(requestContext.toJSON()).sort() };
    case 'bails':
      return context.bail({ bailed: n } as never) as unknown;
    case 'aborts':
      context.abort();
      return { n };
    case 'suspends':
      return (await suspend({ ask: id } as never)) as unknown;
    case 'suspends-labelled':
      return (await suspend({ ask: id } as never, { resumeLabel: `label-${id}` })) as unknown;
    default:
      return { n };
  }
}
