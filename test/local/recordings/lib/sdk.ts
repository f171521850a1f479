import { createServer, type RequestListener } from 'node:http';
import { close, listen } from './proxy.js';
import type { Keys } from './server.js';
import type { EventBody, Json, Mode } from './types.js';

/** The step tools that the scenarios use; both majors offer them with these shapes. */
export interface Step {
  run: <A extends unknown[], R>(id: string, body: (...input: A) => R, ...input: A) => Promise<Awaited<R>>;
  sleep: (id: string, time: string | number) => Promise<void>;
  sleepUntil: (id: string, time: Date) => Promise<void>;
  waitForEvent: (id: string, options: Json) => Promise<EventBody | null>;
  waitForSignal: (id: string, options: Json) => Promise<unknown>;
  sendSignal: (id: string, options: Json) => Promise<unknown>;
  sendEvent: (id: string, events: unknown) => Promise<{ ids: string[] }>;
  invoke: (id: string, options: Json) => Promise<unknown>;
  fetch: (url: string) => Promise<Response>;
  /** v4 only. */
  realtime?: { publish: (id: string, topic: Json, data: unknown) => Promise<void> };
}

export interface Context {
  event: Required<Pick<EventBody, 'name' | 'data'>> & EventBody;
  events: EventBody[];
  step: Step;
  runId: string;
  attempt: number;
  /** Only in failure handlers. */
  error?: Error;
  /** Of deferred runs. */
  parents?: { fnSlug: string }[];
  /** v4 only. */
  group?: { parallel: <R>(options: Json, body: () => Promise<R>) => Promise<R> };
}

export type Handler = (context: Context) => Promise<unknown>;
export type Trigger = { event?: string; cron?: string; if?: string };
export type FunctionOptions = Json & { id: string; onFailure?: Handler };

/** The client, as far as the scenarios need it. */
export interface Client {
  createFunction: (...args: unknown[]) => unknown;
  send: (events: unknown) => Promise<{ ids: string[] }>;
  realtime: { publish: (topic: Json, data: unknown) => Promise<void> };
}

export interface Sdk {
  major: 3 | 4;
  Inngest: new (options: Json) => Client;
  NonRetriableError: new (message: string, options?: { cause?: unknown }) => Error;
  RetryAfterError: new (message: string, after: string | number | Date) => Error;
  referenceFunction: (options: { functionId: string; appId?: string }) => unknown;
  serve: (options: Json) => RequestListener;
}

export async function loadSdk(mode: Mode): Promise<Sdk> {
  if (mode === 'v3') {
    const [core, node] = await Promise.all([import('inngest-v3'), import('inngest-v3/node')]);
    return { ...core, serve: node.serve, major: 3 } as unknown as Sdk;
  }
  const [core, node] = await Promise.all([import('inngest'), import('inngest/node')]);
  return { ...core, serve: node.serve, major: 4 } as unknown as Sdk;
}

/** What a set of functions is defined with, whatever the major. */
export interface Kit {
  sdk: Sdk;
  client: Client;
  /** Defines a function: three arguments in v3, two in v4. Returns what `step.invoke` takes. */
  fn: (options: FunctionOptions, trigger: Trigger | Trigger[], handler: Handler) => unknown;
  /** How often this was called with this name, the call itself included. */
  count: (name: string) => number;
  /** Serves a function that was made in another way. */
  add: (made: unknown) => void;
  /** Names of events and signals are made unique, so that apps on one server don't meet. */
  ns: (name: string) => string;
  appId: string;
  /** Where the SDK reaches the server: the proxy. */
  baseUrl: string;
}

export interface App {
  url: string;
  kit: Kit;
  stop: () => Promise<void>;
}

export interface AppOptions {
  mode: Mode;
  /** Put in front of the app's id and of every event name. */
  namespace: string;
  /** Where the SDK finds the server, and where the server finds the app. */
  proxyUrl: string;
  appName: string;
  client?: Json;
  keys?: Keys;
  define: (kit: Kit) => void;
}

const noop = () => undefined;
/** Expected failures would fill the test's output. */
const quiet = { debug: noop, info: noop, warn: noop, error: noop };

export async function startApp(options: AppOptions): Promise<App> {
  const sdk = await loadSdk(options.mode);
  const appId = options.namespace + options.appName;
  const client = new sdk.Inngest({
    id: appId,
    baseUrl: options.proxyUrl,
    isDev: !options.keys,
    ...options.keys,
    logger: quiet,
    ...(options.mode === 'v4-off' ? { checkpointing: false } : {}),
    ...options.client,
  });
  const functions: unknown[] = [];
  const kit = makeKit(sdk, client, options, functions);
  options.define(kit);
  const origin = { serveHost: options.proxyUrl, serveOrigin: options.proxyUrl, servePath: '/api/inngest' };
  const { signingKey } = options.keys ?? {};
  const server = createServer(
    sdk.serve({ client, functions, ...origin, ...(signingKey ? { signingKey } : {}) }),
  );
  return { url: await listen(server), kit, stop: () => close(server) };
}

function makeKit(sdk: Sdk, client: Client, options: AppOptions, functions: unknown[]): Kit {
  const counts = new Map<string, number>();
  const fn: Kit['fn'] = (config, trigger, handler) => {
    const triggers = Array.isArray(trigger) ? trigger : [trigger];
    const made =
      sdk.major === 3
        ? client.createFunction(config, triggers, handler)
        : client.createFunction({ ...config, triggers }, handler);
    functions.push(made);
    return made;
  };
  const count = (name: string) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts.get(name) ?? 0;
  };
  const ns = (name: string) => options.namespace + name;
  return {
    sdk,
    client,
    fn,
    add: made => functions.push(made),
    count,
    ns,
    appId: options.namespace + options.appName,
    baseUrl: options.proxyUrl,
  };
}
