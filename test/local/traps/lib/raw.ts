import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { close, listen } from '../../recordings/lib/proxy.js';
import { startServer, type TestServer } from '../../recordings/lib/server.js';
import { pause } from '../../recordings/lib/session.js';
import { isObject, type ExecutionRequest, type Json } from '../../recordings/lib/types.js';

/** An answer that no SDK would give, or not when we want it. */
export interface RawAnswer {
  status: number;
  headers?: Record<string, string>;
  /** A string goes out as it is. */
  body: unknown;
  delayMs?: number;
  /** Without the SDK's headers, as a proxy in between answers. */
  bare?: boolean;
}

export interface RawCall {
  at: number;
  fn: string;
  target: string;
  req: ExecutionRequest;
  headers: IncomingMessage['headers'];
}

export type RawFunction = (call: RawCall, nth: number) => RawAnswer;

/** An app without an SDK: each function is told by the calls it gets, and answers freely. */
export class RawApp {
  readonly calls: RawCall[] = [];
  readonly namespace = `r${randomBytes(4).toString('hex')}-`;
  readonly #functions = new Map<string, RawFunction>();
  readonly #configs = new Map<string, Json>();

  private constructor(readonly server: TestServer) {}

  static async start(retryDelayMs = 60): Promise<RawApp & { stop: () => Promise<void> }> {
    const app = new RawApp(await startServer(retryDelayMs));
    const http = createServer((request, answer) => void app.#handle(request, answer));
    app.url = `${await listen(http)}/api/inngest`;
    const stop = async () => {
      await close(http);
      await app.server.stop();
    };
    return Object.assign(app, { stop });
  }

  url = '';

  /** Registers functions, each triggered by the event of its name unless told; a new one joins the others. */
  async register(
    functions: Record<string, RawFunction>,
    retries: Record<string, number> = {},
    triggers: Record<string, Json[]> = {},
    url = this.url,
  ): Promise<void> {
    for (const [name, fn] of Object.entries(functions)) {
      this.#functions.set(name, fn);
      this.#configs.set(name, this.config(name, url, retries[name] ?? 4, triggers[name]));
    }
    const body = this.registration([...this.#configs.values()], url);
    const answer = await this.post('/fn/register', body);
    if (answer.status !== 200) throw new Error(`not registered: ${answer.status} ${answer.text}`);
  }

  registration(functions: Json[], url = this.url): Json {
    const appName = `${this.namespace}raw`;
    return { url, deployType: 'ping', framework: 'nodejs', appName, sdk: 'js:v4.24.0', v: '0.1', functions };
  }

  config(
    name: string,
    url: string,
    attempts: number,
    triggers: Json[] = [{ event: this.namespace + name }],
  ): Json {
    const id = `${this.namespace}raw-${name}`.replaceAll(/[^\w-]/g, '-');
    const runtime = { type: 'http', url: `${url}?fnId=${encodeURIComponent(id)}&stepId=step` };
    const step = { id: 'step', name: 'step', runtime, retries: { attempts } };
    return { id, name, triggers, steps: { step } };
  }

  /** Serves the same functions at another address. */
  async listenToo(host: string): Promise<{ port: string; stop: () => Promise<void> }> {
    const http = createServer((request, answer) => void this.#handle(request, answer));
    const { port } = new URL(await listen(http, host));
    return { port, stop: () => close(http) };
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(this.server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-inngest-sdk': 'inngest-js:v4.24.0', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.status, text: await answer.text() };
  }

  async send(name: string, data: unknown = {}): Promise<string> {
    const { text } = await this.post('/e/test', { name: this.namespace + name, data });
    return String((JSON.parse(text) as { ids: string[] }).ids[0]);
  }

  of(name: string): RawCall[] {
    return this.calls.filter(call => call.fn === name);
  }

  /** Waits until this function was called so often. */
  async until(name: string, count: number, ms = 10_000): Promise<RawCall[]> {
    const end = Date.now() + ms;
    while (this.of(name).length < count) {
      if (Date.now() > end) throw new Error(`${name}: ${this.of(name).length} of ${count} calls`);
      await pause(10);
    }
    return this.of(name);
  }

  async #handle(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const at = Date.now();
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { searchParams } = new URL(request.url ?? '', 'http://app');
    const id = searchParams.get('fnId') ?? '';
    const fn = [...this.#configs].find(([, config]) => config['id'] === id)?.[0] ?? '';
    const known = this.#functions.get(fn);
    const req: unknown = text ? JSON.parse(text) : undefined;
    if (request.method !== 'POST' || !known || !isObject(req)) return void answer.writeHead(404).end();
    const call: RawCall = {
      at,
      fn,
      target: searchParams.get('stepId') ?? '',
      req: req as unknown as ExecutionRequest,
      headers: request.headers,
    };
    this.calls.push(call);
    const { status, headers, body, delayMs, bare } = known(call, this.of(fn).length);
    if (delayMs) await pause(delayMs);
    answer.writeHead(status, { ...(bare ? {} : sdkHeaders), ...headers });
    answer.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
}

const sdkHeaders = {
  'content-type': 'application/json',
  'x-inngest-sdk': 'inngest-js:v4.24.0',
  'x-inngest-req-version': '1',
};

export const done = (body: unknown = 'done'): RawAnswer => ({ status: 200, body });
export const ops = (...body: Json[]): RawAnswer => ({ status: 206, body });
export const error = (message: string) => ({
  name: 'Error',
  message,
  stack: `Error: ${message}`,
  __serialized: true,
});
