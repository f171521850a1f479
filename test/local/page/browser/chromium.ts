/* eslint-disable @typescript-eslint/no-explicit-any -- what the protocol and the page answer */
/** A Chromium of the test's own, driven over its DevTools protocol: what a handful of tests needs of a browser is not a library. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MISSING =
  'The tests in test/local/page/browser start a Chromium of their own, and there is no `chromium` on the PATH. ' +
  'Install one (Debian: `apt-get install chromium`), or name another with CHROMIUM.';

type Json = Record<string, any>;

/** One page of the browser. */
export interface Page {
  goto(url: string): Promise<void>;
  /** What an expression, or the promise it gives, evaluates to in the page. */
  evaluate(expression: string): Promise<any>;
  press(key: 'Enter' | 'Tab'): Promise<void>;
  type(text: string): Promise<void>;
  /** Role and name of everything that a screen reader is told. */
  accessible(): Promise<{ role: string; name: string }[]>;
  /** What the page logged, and each error of it. */
  readonly complaints: string[];
  /** The URLs that were asked for. */
  readonly requests: string[];
}

export interface Browser {
  open(): Promise<Page>;
  close(): Promise<void>;
}

class Connection {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  readonly listeners = new Set<(method: string, params: Json, session: string) => void>();
  #number = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result, error, method, params, sessionId } = JSON.parse(String(data)) as Json;
      if (method) return this.listeners.forEach(listener => listener(method, params, sessionId));
      const { resolve, reject } = this.#waiting.get(id) ?? {};
      this.#waiting.delete(id);
      if (error) reject?.(new Error(error.message));
      else resolve?.(result);
    });
    socket.addEventListener('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The browser is gone.'));
    });
  }

  static async open(url: string): Promise<Connection> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error(`No connection to ${url}`)));
    });
    return new Connection(socket);
  }

  async send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = ++this.#number;
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    });
  }
}

const codes = { Enter: { keyCode: 13, text: '\r' }, Tab: { keyCode: 9 } };

async function openPage(connection: Connection): Promise<Page> {
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const send = async (method: string, params: Json = {}) =>
    await connection.send(method, params, sessionId as string);
  const complaints: string[] = [];
  const requests: string[] = [];
  let loaded: () => void = () => {};
  connection.listeners.add((method, params, session) => {
    if (session !== sessionId) return;
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
    if (method === 'Log.entryAdded') complaints.push(params.entry.text);
    if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params.exceptionDetails));
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network', 'Accessibility']) await send(`${domain}.enable`);
  return {
    complaints,
    requests,
    goto: async url => {
      const load = new Promise<void>(resolve => (loaded = resolve));
      await send('Page.navigate', { url });
      await load;
    },
    evaluate: async expression => {
      const options = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = await send('Runtime.evaluate', options);
      if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
      return result.value;
    },
    press: async key => {
      const { keyCode, ...text } = codes[key];
      const event = { key, code: key, windowsVirtualKeyCode: keyCode, ...text };
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...event });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    type: async text => void (await send('Input.insertText', { text })),
    accessible: async () => {
      const { nodes } = await send('Accessibility.getFullAXTree');
      return (nodes as Json[])
        .filter(node => !node.ignored)
        .map(node => ({ role: String(node.role?.value), name: String(node.name?.value ?? '') }));
    },
  };
}

/** Starts it without a window, with a profile of its own. `CHROMIUM` names another binary. */
export async function startBrowser(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'mastra-inngest-chromium-'));
  const flags = ['--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--no-first-run'];
  // A container's root has no sandbox; what is shown is the test's own server.
  const child = spawn(
    process.env.CHROMIUM ?? 'chromium',
    [...flags, '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise<void>(resolve => void child.once('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.once('error', error =>
      reject((error as NodeJS.ErrnoException).code === 'ENOENT' ? new Error(MISSING) : error),
    );
    child.once('exit', () => reject(new Error(`Chromium ended:\n${output}`)));
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString();
      const [, found] = /DevTools listening on (\S+)/.exec(output) ?? [];
      if (found) resolve(found);
    });
  });
  const connection = await Connection.open(url);
  return {
    open: async () => await openPage(connection),
    close: async () => {
      await connection.send('Browser.close').catch(() => {});
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
