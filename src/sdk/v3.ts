/** The port over `inngest` v3. Types only are imported: loading two majors in one process breaks both. */
import type { GetStepTools, Inngest } from 'inngest-v3';
import type { ClientShape } from './client';
import { findEvent } from './find-event';
import type {
  ExecutionRequest,
  FunctionDefinition,
  InngestPort,
  MemoizedStep,
  ServableFunction,
  StepTools,
} from './port';
import { cancelRun, eventRuns, failedCalls, runState } from './runs';
import { noToken, socketAddress } from './socket-address';
import { testHookOf } from './test-hook';
import { type FinalErrors, byClass, byName } from './v3-final-errors';

type V3Client = Inngest;
type V3StepTools = GetStepTools<V3Client>;

/** What the SDK hands a function's handler, with what the middleware below adds. */
interface HandlerContext {
  event: ExecutionRequest['event'];
  runId: string;
  attempt: number;
  step: V3StepTools;
  memoized?: Record<string, MemoizedStep>;
}

interface FunctionInput {
  steps: readonly ({ id: string } & MemoizedStep)[];
}

/**
 * Shows the handler which steps the server has memoized. The SDK takes any object with a name and an `init`; making one with
 * its own class would mean importing it.
 */
const memoizedSteps = {
  name: 'mastra/memoized-steps',
  init: () => ({
    onFunctionRun: () => ({
      transformInput: ({ steps }: FunctionInput) => ({
        ctx: {
          memoized: Object.fromEntries(steps.map(({ id, data, error }) => [id, { data, error }])),
        },
      }),
    }),
  }),
};

/** Wraps a client of `inngest` v3. Its realtime is in the client, so the user needs no middleware for us. */
export function createV3Port(shape: ClientShape, sdkVersion: string): InngestPort {
  const client = shape as unknown as V3Client;
  const api = apiOf(client);
  const rest = {
    baseUrl: () => apiBaseUrl(client),
    // Asked for at each call: `serve` may have been given the key after the client was made.
    get signingKey() {
      return api.signingKey || undefined;
    },
  };
  return {
    appId: client.id,
    get testHook() {
      return testHookOf(client);
    },
    sdkVersion,
    lacksSigningKey: () => shape.mode?.isCloud === true && !rest.signingKey,
    send: event => client.send(event),
    createFunction: definition => createFunction(client, sdkVersion, definition),
    publish: async (channel, topic, data) => {
      if (testHookOf(client)?.isHeard(channel) !== false)
        await client.realtime.publish({ channel, topic, data });
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

function createFunction(
  client: V3Client,
  sdkVersion: string,
  definition: FunctionDefinition,
): ServableFunction {
  let guard: FinalErrors = byName;
  const { id, name, triggers, cancelOn, options, handler } = definition;
  const settings = {
    // Without it, v3 makes one more request after each of several parallel steps. In v4 it is the default.
    optimizeParallelism: true,
    ...options,
    checkpointing: withRuntime(
      options.checkpointing ?? (client as unknown as ClientShape).options?.checkpointing,
    ),
    id,
    ...(name ? { name } : {}),
    cancelOn: [...((options.cancelOn as object[] | undefined) ?? []), ...cancelOn],
    middleware: [...((options.middleware as unknown[] | undefined) ?? []), memoizedSteps],
  };
  const execute = ({ event, runId, attempt, step, memoized = {} }: HandlerContext) =>
    guard(() =>
      handler({
        event,
        inngestRunId: runId,
        attempt,
        step: stepTools(step, guard),
        nativeStep: step,
        memoized,
      }),
    );
  const made = client.createFunction(settings as never, triggers as never, execute as never);
  if (sdkVersion.startsWith('3.50.')) guard = byClass(client, made);
  return made;
}

/**
 * Ends a request after 10 s, once its step is done, as v4 does by itself. In v3 it would go on until the platform ends the app, and
 * the step under way would be executed again.
 */
function withRuntime(checkpointing: unknown): unknown {
  if (!checkpointing) return checkpointing;
  return { maxRuntime: '10s', ...(typeof checkpointing === 'object' ? checkpointing : {}) };
}

function stepTools(step: V3StepTools, guard: FinalErrors): StepTools {
  return {
    run: <T>(id: string, body: () => Promise<T>) => step.run(id, () => guard(body)) as Promise<T>,
    sleep: (id, milliseconds) => step.sleep(id, milliseconds),
    sleepUntil: (id, date) => step.sleepUntil(id, date),
    invoke: (id, { function: target, data }) => step.invoke(id, { function: target, data } as never),
  };
}

async function subscriptionAddress(client: V3Client, channel: string, topics: string[]) {
  const { key } = await subscriptionToken(client, channel, topics);
  return { url: socketAddress(await apiBaseUrl(client), key) };
}

async function subscriptionToken(client: V3Client, channel: string, topics: string[]) {
  const { key } = (await client.realtime.getSubscriptionToken({ channel, topics })) as { key?: string };
  if (!key) throw noToken(channel);
  return { channel, topics, key };
}

/** The client's own access to Inngest's API, the same in all of 3.50 to 3.x. */
function apiOf(client: V3Client) {
  return (
    client as unknown as { inngestApi: { signingKey?: string; getTargetUrl(path: string): Promise<URL> } }
  ).inngestApi;
}

/** Where the API is. A v3 client without `isDev` and base URL looks for a dev server at each call. */
async function apiBaseUrl(client: V3Client): Promise<string> {
  return client.apiBaseUrl ?? (await apiOf(client).getTargetUrl('/')).href;
}
