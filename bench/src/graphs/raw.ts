/** The scenarios as an Inngest user would write them by hand, with as few steps as the job needs. */
import { type Scenario, type Value, largeText } from '../scenarios';

/** Inngest's step tools, as far as the scenarios use them; alike in both majors. */
interface StepTools {
  run<T>(id: string, body: () => Promise<T>): Promise<T>;
  invoke(id: string, options: { function: unknown; data: unknown }): Promise<unknown>;
  waitForEvent(id: string, options: { event: string; if: string; timeout: string }): Promise<unknown>;
}

export interface Handled {
  event: { data: { run: string; input: Value | Value[] } };
  step: StepTools;
}

/** What differs between the majors of the SDK. */
export interface RawSdk {
  createFunction(id: string, event: string, handler: (context: Handled) => Promise<unknown>): object;
  publish(channel: string, data: unknown): Promise<unknown>;
  /** Whether each step tells watchers of itself, as a Mastra step does. */
  publishesSteps: boolean;
}

export interface Noted {
  mark(run: string): void;
  end(run: string): void;
}

/** Name of the event that starts a scenario's function, and id of the function. */
export function rawEvent(id: string): string {
  return `workflow.${id}`;
}

/** Name of the event that the suspended one waits for. */
export const GO_ON = 'bench/go-on';

/** One scenario's functions; the first is the one to start. */
export function rawFunctionsOf(scenario: Scenario, sdk: RawSdk, noted: Noted): object[] {
  const { id, kind, size } = scenario;
  const child = kind === 'nested' ? makeFunction(`${id}-child`, sequence('c', size), sdk, noted) : undefined;
  const started = makeFunction(id, handlerOf(scenario, sdk, child), sdk, noted, true);
  return child ? [started, child] : [started];
}

interface Context {
  run: string;
  step: StepTools;
  mark: () => void;
  plusOne: (value: Value) => Promise<Value>;
}

type Handler = (input: Value | Value[], context: Context) => Promise<unknown>;

function makeFunction(id: string, handler: Handler, sdk: RawSdk, noted: Noted, started = false): object {
  return sdk.createFunction(rawEvent(id), rawEvent(id), async ({ event, step }) => {
    const { run, input } = event.data;
    const mark = () => noted.mark(run);
    const plusOne = async ({ value }: Value) => {
      mark();
      return { value: value + 1 };
    };
    // A nested run tells its parent's watchers, too.
    const channels = started ? [`bench:${run}`] : [`bench:${run}`, `bench-child:${run}`];
    const publish = (data: object) => Promise.all(channels.map(channel => sdk.publish(channel, data)));
    const told = sdk.publishesSteps ? publishing(plusOne, publish) : plusOne;
    const result = await handler(input, { run, step, mark, plusOne: told });
    if (started) noted.end(run);
    return result;
  });
}

/** The events of a Mastra step, in their order and about as long. */
function publishing(
  body: (value: Value) => Promise<Value>,
  publish: (event: object) => Promise<unknown>,
): (value: Value) => Promise<Value> {
  return async value => {
    const step = { id: 'step', stepCallId: crypto.randomUUID(), startedAt: Date.now() };
    await publish({ type: 'workflow-step-start', payload: { ...step, payload: value, status: 'running' } });
    const output = await body(value);
    const end = { payload: value, output, status: 'success', endedAt: Date.now() };
    await publish({ type: 'workflow-step-result', payload: { ...step, ...end } });
    await publish({ type: 'workflow-step-finish', payload: { ...step, metadata: {} } });
    return output;
  };
}

function sequence(prefix: string, size: number): Handler {
  return async (input, { step, plusOne }) => {
    let value = input as Value;
    for (let index = 1; index <= size; index++) {
      value = await step.run(`${prefix}${index}`, () => plusOne(value));
    }
    return value;
  };
}

function handlerOf(scenario: Scenario, sdk: RawSdk, child: object | undefined): Handler {
  const { size, concurrency = 1 } = scenario;
  const handlers: Record<Scenario['kind'], Handler> = {
    sequential: sequence('s', size),
    dountil: async (input, { step, plusOne }) => {
      let value = input as Value;
      for (let turn = 1; value.value < size; turn++) {
        value = await step.run(`increment (${turn})`, () => plusOne(value));
      }
      return value;
    },
    parallel: (input, { step, plusOne }) =>
      Promise.all(
        Array.from({ length: size }, (_, index) => step.run(`p${index}`, () => plusOne(input as Value))),
      ),
    foreach: async (input, { step, plusOne }) => {
      const items = input as Value[];
      const results: Value[] = [];
      for (let from = 0; from < items.length; from += concurrency) {
        const chunk = items.slice(from, from + concurrency);
        const runs = chunk.map((item, index) => step.run(`enrich [${from + index}]`, () => plusOne(item)));
        results.push(...(await Promise.all(runs)));
      }
      return results;
    },
    branch: (input, { step, plusOne }) =>
      step.run((input as Value).value < 10 ? 'low' : 'high', () => plusOne(input as Value)),
    nested: async (input, { run, step, plusOne }) => {
      const before = await step.run('before', () => plusOne(input as Value));
      const inner = (await step.invoke('child', { function: child, data: { run, input: before } })) as Value;
      return step.run('after', () => plusOne(inner));
    },
    suspend: async (input, { step, plusOne }) => {
      const before = await step.run('before', () => plusOne(input as Value));
      const match = 'event.data.run == async.data.run';
      await step.waitForEvent('approval', { event: GO_ON, if: match, timeout: '1h' });
      return step.run('approved', () => plusOne(before));
    },
    large: (_input, { step, mark }) =>
      step.run('large', async () => {
        const text = largeText();
        mark();
        return { text };
      }),
    chunks: (input, context) => context.step.run('agent', () => writeChunks(input, context)),
  };
  return handlers[scenario.kind];

  async function writeChunks(input: unknown, { run, mark }: Context): Promise<unknown> {
    for (let index = 0; index < size; index++) {
      await sdk.publish(`bench:${run}`, { type: 'text-delta', text: `token ${index} ` });
    }
    mark();
    return input;
  }
}
