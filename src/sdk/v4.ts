/** The port over `inngest` v4. Types only are imported: loading two majors in one process breaks both. */
import type { GetStepTools, Inngest } from 'inngest';
import type { ClientShape } from './client';
import { findEvent } from './find-event';
import type {
  ExecutionRequest,
  FunctionDefinition,
  InngestPort,
  MemoizedStep,
  OutgoingEvent,
  ServableFunction,
  StepTools,
} from './port';
import { cancelRun, eventRuns, failedCalls, runState } from './runs';
import { noToken, socketAddress } from './socket-address';
import { testHookOf } from './test-hook';

type V4Client = Inngest;
type V4StepTools = GetStepTools<V4Client>;

/** What the SDK hands a function's handler, with what the middleware below adds. */
interface HandlerContext {
  event: ExecutionRequest['event'];
  runId: string;
  attempt: number;
  step: V4StepTools;
  memoized?: Record<string, MemoizedStep>;
  beforeAnswer?: ExecutionRequest['beforeAnswer'];
}

interface FunctionInput {
  ctx: object;
  steps: Record<string, MemoizedStep>;
}

/**
 * Shows the handler which steps the server has memoized, and lets it hold the answer. The SDK makes one for each request. It
 * takes any class with the right methods; extending its own base class would mean importing it.
 */
class RequestMiddleware {
  readonly id = 'mastra/request';
  private readonly work: (() => Promise<void>)[] = [];
  private holdsAnswer = false;

  async wrapRequest<T>({ next }: { next: () => Promise<T> }): Promise<T> {
    this.holdsAnswer = true;
    try {
      return await next();
    } finally {
      await Promise.all(this.work.map(work => work()));
    }
  }

  transformFunctionInput(input: FunctionInput): FunctionInput {
    const beforeAnswer: ExecutionRequest['beforeAnswer'] = work => this.work.push(work);
    const ctx = { ...input.ctx, memoized: input.steps, ...(this.holdsAnswer && { beforeAnswer }) };
    return { ...input, ctx };
  }
}

/** Wraps a client of `inngest` v4. */
export function createV4Port(shape: ClientShape, sdkVersion: string): InngestPort {
  const client = shape as unknown as V4Client;
  const rest = {
    baseUrl: async () => client.apiBaseUrl ?? '',
    // Asked for at each call: a Worker's variables come with its first request.
    get signingKey() {
      return client.signingKey;
    },
  };
  return {
    appId: client.id,
    get testHook() {
      return testHookOf(client);
    },
    sdkVersion,
    lacksSigningKey: () => client.mode === 'cloud' && !client.signingKey,
    send: (event: OutgoingEvent) => client.send(event),
    createFunction: definition => createFunction(client, definition),
    publish: async (channel, topic, data) => {
      if (testHookOf(client)?.isHeard(channel) === false) return;
      await client.realtime.publish({ channel, topic, config: {} as never }, data);
    },
    subscriptionToken: (channel, topics) => subscriptionToken(client, channel, topics),
    subscriptionAddress: (channel, topics) => subscriptionAddress(client, channel, topics),
    runState: inngestRunId => runState(rest, inngestRunId),
    eventRuns: eventId => eventRuns(rest, eventId),
    failedCalls: inngestRunId => failedCalls(rest, inngestRunId),
    findEvent: event => findEvent(rest, event),
    cancelRun: inngestRunId => cancelRun(rest, inngestRunId),
  };
}

function createFunction(client: V4Client, definition: FunctionDefinition): ServableFunction {
  const { id, name, triggers, cancelOn, options, handler } = definition;
  const settings = {
    ...options,
    id,
    ...(name ? { name } : {}),
    triggers,
    cancelOn: [...((options.cancelOn as object[] | undefined) ?? []), ...cancelOn],
    middleware: [...((options.middleware as unknown[] | undefined) ?? []), RequestMiddleware],
  };
  return client.createFunction(
    settings as never,
    ((context: HandlerContext) =>
      handler({
        event: context.event,
        inngestRunId: context.runId,
        attempt: context.attempt,
        step: stepTools(context.step),
        nativeStep: context.step,
        memoized: context.memoized ?? {},
        beforeAnswer: context.beforeAnswer,
      })) as never,
  );
}

function stepTools(step: V4StepTools): StepTools {
  return {
    run: <T>(id: string, body: () => Promise<T>) => step.run(id, body) as Promise<T>,
    sleep: (id, milliseconds) => step.sleep(id, milliseconds),
    sleepUntil: (id, date) => step.sleepUntil(id, date),
    invoke: (id, { function: target, data }) => step.invoke(id, { function: target, data } as never),
  };
}

async function subscriptionAddress(client: V4Client, channel: string, topics: string[]) {
  const { apiBaseUrl, key } = await subscriptionToken(client, channel, topics);
  return { url: socketAddress(apiBaseUrl, key) };
}

async function subscriptionToken(client: V4Client, channel: string, topics: string[]) {
  const { key, apiBaseUrl }: { key?: string; apiBaseUrl?: string } = await client.realtime.token({
    channel,
    topics,
  });
  if (!key || !apiBaseUrl) throw noToken(channel);
  return { channel, topics, key, apiBaseUrl };
}
