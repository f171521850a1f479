import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { startLocalServer } from '../../../src/local';
import type { LocalServer, LocalServerOptions } from '../../../src/local';
import * as v3 from 'inngest-v3';
import { serve as serveV3 } from 'inngest-v3/edge';
import * as v4 from 'inngest';
import { serve as serveV4 } from 'inngest/edge';

export type Mode = 'v3' | 'v3-optimized' | 'v4' | 'v4-off';
export const modes: Mode[] = ['v3', 'v3-optimized', 'v4', 'v4-off'];

/** What both SDKs hand to a function, as far as these tests use it. */
// The handlers run on two majors whose types differ; the tests look at behaviour only.
/* eslint-disable @typescript-eslint/no-explicit-any */
export type Handler = (context: any) => unknown;

export interface Definition {
  id: string;
  trigger: any;
  options?: Record<string, unknown>;
  handler: Handler;
}

/** What an app that is not in development is given. */
export interface KeysOfApp {
  signingKey?: string;
  signingKeyFallback?: string;
  eventKey?: string;
}

export interface Api {
  sdk: typeof v4;
  client: any;
  /** A reference to another function of this app. */
  ref: (functionId: string) => any;
}

/** One exchange with the app, as the app saw it. */
export interface Exchange {
  url: string;
  headers: http.IncomingHttpHeaders;
  request: any;
  status: number;
  response: any;
}

export interface TestApp {
  url: string;
  exchanges: Exchange[];
  client: any;
  stop: () => Promise<void>;
}

function parse(body: string): any {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

type Fetch = (request: Request) => Promise<Response>;

/** Serves a fetch handler over HTTP, keeping what went in and out. */
function listener(handle: () => Fetch, exchanges: Exchange[]): http.RequestListener {
  return (request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const url = `http://${request.headers.host}${request.url}`;
      const headers = new Headers(request.headers as Record<string, string>);
      const method = request.method ?? 'GET';
      const answer = await handle()(
        new Request(url, { method, headers, ...(method === 'GET' ? {} : { body }) }),
      );
      const answered = await answer.text();
      if (method === 'POST') {
        const { headers: sent, url: path = '' } = request;
        exchanges.push({
          url: path,
          headers: sent,
          request: parse(body),
          status: answer.status,
          response: parse(answered),
        });
      }
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(answered);
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  };
}

function functionsOf(mode: Mode, client: any, definitions: Definition[]): any[] {
  return definitions.map(({ id, trigger, options, handler }) => {
    const triggers = Array.isArray(trigger) ? trigger : [trigger];
    const extra = mode === 'v3-optimized' ? { optimizeParallelism: true } : {};
    if (mode.startsWith('v3'))
      return client.createFunction({ id, retries: 0, ...extra, ...options }, triggers, handler);
    return client.createFunction({ id, retries: 0, ...options, triggers }, handler);
  });
}

/** Serves functions with the SDK of this mode, over HTTP. */
export async function startApp(
  mode: Mode,
  server: { url: string },
  define: (api: Api) => Definition[],
  appId = 'app',
  port = 0,
  keys?: KeysOfApp,
): Promise<TestApp> {
  // Both majors keep their AsyncLocalStorage under this one global name, in different shapes.
  Reflect.deleteProperty(globalThis, Symbol.for('inngest:als'));
  const sdk: any = mode.startsWith('v3') ? v3 : v4;
  const off = mode === 'v4-off' ? { checkpointing: false } : {};
  const client = new sdk.Inngest({
    id: appId,
    baseUrl: server.url,
    isDev: !keys,
    ...keys,
    ...off,
    logger: silent,
  });
  const definitions = define({ sdk, client, ref: functionId => sdk.referenceFunction({ functionId }) });
  const functions = functionsOf(mode, client, definitions);
  const exchanges: Exchange[] = [];
  let handle: Fetch = async () => new Response(null, { status: 503 });
  const app = http.createServer(listener(() => handle, exchanges));
  await new Promise<void>(resolve => void app.listen(port, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  const serve: any = mode.startsWith('v3') ? serveV3 : serveV4;
  const host = mode.startsWith('v3') ? { serveHost: origin } : { serveOrigin: origin };
  // v3 takes the keys here.
  const { eventKey: _, ...signing } = keys ?? {};
  handle = serve({ client, functions, ...host, ...signing, servePath: '/api/inngest' });
  return {
    url: `${origin}/api/inngest`,
    exchanges,
    client,
    stop: async () => {
      await new Promise<void>(resolve => {
        app.close(() => resolve());
        app.closeAllConnections();
      });
    },
  };
}

const silent = { info() {}, warn() {}, error() {}, debug() {} };

/** For runs that carry or number a lot: what the server waits for by default is meant for a developer. */
export const patience = 100_000;

/** A server and an app that has registered with it. */
export interface Pair {
  server: LocalServer;
  app: TestApp;
  /** Sends one event and returns its id. */
  send: (event: Record<string, unknown>) => Promise<string>;
  /** Sends an event, lets it play out, and returns the runs it started. */
  run: (event: Record<string, unknown>) => Promise<RunRow[]>;
  runsOf: (eventId: string) => Promise<RunRow[]>;
  /** Bodies of the requests to this function, in the order of their answers. */
  calls: (functionId: string) => Exchange[];
  stop: () => Promise<void>;
}

export interface RunRow {
  run_id: string;
  status: string;
  ended_at: string | null;
  output: any;
  event_id: string;
  function_id: string;
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<any> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return parse(await answer.text());
}

export async function get(url: string): Promise<any> {
  return await (await fetch(url)).json();
}

export async function startPair(
  mode: Mode,
  define: (api: Api) => Definition[],
  options: LocalServerOptions = {},
): Promise<Pair> {
  const server = await startLocalServer({ port: 0, retryDelay: () => 0, ...options });
  const app = await startApp(mode, server, define);
  await server.sync(app.url);
  const runsOf = async (eventId: string): Promise<RunRow[]> =>
    (await get(`${server.url}/v1/events/${eventId}/runs`)).data;
  const send = async (event: Record<string, unknown>): Promise<string> =>
    (await post(`${server.url}/e/test`, event)).ids[0];
  return {
    server,
    app,
    send,
    runsOf,
    run: async event => {
      const id = await send(event);
      await server.settled(patience);
      return await runsOf(id);
    },
    calls: functionId => app.exchanges.filter(exchange => exchange.url.includes(`fnId=app-${functionId}&`)),
    stop: async () => {
      await server.stop();
      await app.stop();
    },
  };
}
