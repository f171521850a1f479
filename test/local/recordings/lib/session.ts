import { randomBytes } from 'node:crypto';
import { startProxy, type RecordingProxy } from './proxy.js';
import { startApp, type App, type Kit } from './sdk.js';
import { onRealServer, startServer, type Keys, type TestServer } from './server.js';
import {
  functionOf,
  isExecution,
  isObject,
  type EventBody,
  type Exchange,
  type Execution,
  type Json,
  type Mode,
} from './types.js';

export interface SessionOptions {
  mode: Mode;
  appName?: string;
  client?: Json;
  retryDelayMs?: number | 'default';
  /** For a server that is no development server. */
  keys?: Keys;
  define: (kit: Kit) => void;
}

/** How long nothing must happen before a scenario counts as finished; a real server polls its queue every 150 ms. */
export const quietMs = onRealServer ? 900 : 250;

/** By the clock of `Date.now()`, which may be slower than a timer's. */
export async function pause(ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end;) {
    await new Promise(resolve => setTimeout(resolve, Math.min(ms, 5)));
  }
}

/** A server, a recording proxy and one synchronised app, with the means to drive them. */
export class Session {
  private constructor(
    readonly mode: Mode,
    readonly namespace: string,
    readonly server: TestServer,
    readonly proxy: RecordingProxy,
    readonly app: App,
    readonly keys: Keys | undefined,
  ) {}

  static async start(options: SessionOptions): Promise<Session> {
    const namespace = `z${randomBytes(4).toString('hex')}-`;
    const server = await startServer(options.retryDelayMs, options.keys);
    const proxy = await startProxy(server.url);
    const appName = options.appName ?? (options.mode === 'v3' ? 'app-v3' : 'app-v4');
    const app = await startApp({ ...options, namespace, proxyUrl: proxy.url, appName });
    proxy.target(app.url);
    const session = new Session(options.mode, namespace, server, proxy, app, options.keys);
    await session.sync();
    return session;
  }

  /** Asks the app to register, as a developer or the server would. */
  async sync(): Promise<void> {
    const answer = await fetch(`${this.proxy.url}/api/inngest`, { method: 'PUT' });
    if (answer.status !== 200)
      throw new Error(`the app could not register: ${answer.status} ${await answer.text()}`);
  }

  async stop(): Promise<void> {
    if (onRealServer) await this.#leave();
    await this.app.stop();
    await this.proxy.stop();
    await this.server.stop();
  }

  /** A real server lives on: it should not go on calling an app that is gone. */
  async #leave(): Promise<void> {
    const url = `${this.proxy.url}/api/inngest`;
    const app = { url, appName: this.app.kit.appId, deployType: 'ping', framework: 'nodejs', v: '0.1' };
    await this.post('/fn/register', { ...app, sdk: 'js:v4.24.0', functions: [] });
  }

  /** Sends events, names in this session's namespace, and returns the ids the runs will show. */
  async send(...events: EventBody[]): Promise<string[]> {
    const named = events.map(event => ({
      ...event,
      name: this.namespace + event.name,
      ...(event.id === undefined ? {} : { id: this.namespace + event.id }),
    }));
    const answer = await this.post(`/e/${this.keys?.eventKey ?? 'test'}`, named);
    if (!isObject(answer) || !Array.isArray(answer['ids']))
      throw new Error(`not accepted: ${JSON.stringify(answer)}`);
    return (answer['ids'] as string[]).map((id, index) => named[index]?.id ?? id);
  }

  /** Straight to the server, so that the recording holds the app's own traffic only. */
  async post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(this.server.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.keys ? { authorization: `Bearer ${this.keys.signingKey}` } : {}),
      },
      body: JSON.stringify(body),
    });
    return answer.json();
  }

  /** A read of the API that no cache can answer. */
  async get(path: string): Promise<unknown> {
    const bust = `${path.includes('?') ? '&' : '?'}bust=${randomBytes(6).toString('hex')}`;
    return (await fetch(this.server.url + path + bust)).json();
  }

  async cancelRun(runId: string): Promise<number> {
    return (await fetch(`${this.server.url}/v1/runs/${runId}`, { method: 'DELETE' })).status;
  }

  /** Execution requests so far, in the order of their arrival. */
  executions(fn?: string): Execution[] {
    const all = this.proxy.exchanges.filter(isExecution).sort((a, b) => a.t - b.t || a.id - b.id);
    return fn === undefined ? all : all.filter(one => functionOf(one) === `${this.app.kit.appId}-${fn}`);
  }

  /** The executions of the runs that this event started. */
  runsOf(eventId: string, fn?: string): Execution[] {
    return this.executions(fn).filter(one => one.req.events.some(event => event.id === eventId));
  }

  async until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>, ms = 15_000): Promise<T> {
    const end = Date.now() + ms;
    for (;;) {
      const value = await probe();
      if (value !== undefined) return value;
      if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
      await pause(15);
    }
  }

  /** Waits for an answered execution of this function that satisfies the condition. */
  untilCall(
    fn: string,
    eventId: string,
    accept: (one: Execution) => boolean,
    ms?: number,
  ): Promise<Execution> {
    return this.until(`a call of ${fn}`, () => this.runsOf(eventId, fn).find(accept), ms);
  }

  /** Waits until these exchanges are answered and no other came for a while. */
  async untilQuiet(select: () => Exchange[], ms = quietMs): Promise<void> {
    const began = Date.now();
    await this.until(
      'quiet',
      () => {
        const exchanges = select();
        const last = Math.max(began, ...exchanges.map(one => one.t + one.ms));
        return Date.now() - last > ms && exchanges.every(one => one.status > 0) ? true : undefined;
      },
      90_000,
    );
  }
}
