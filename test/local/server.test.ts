import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalServerError, startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { freePort } from '../processes/free-port';
import { get, post, startApp, startPair } from './support/apps';
import type { Definition, TestApp } from './support/apps';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(options = {}): Promise<LocalServer> {
  const server = await startLocalServer({ port: 0, ...options });
  stops.push(async () => await server.stop());
  return server;
}

async function app(server: { url: string }): Promise<TestApp> {
  const started = await startApp('v4', server, () => [
    { id: 'f', trigger: { event: 'e' }, handler: () => 1 },
  ]);
  stops.push(started.stop);
  return started;
}

const failure = async (promise: Promise<unknown>): Promise<LocalServerError> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(LocalServerError.is(error)).toBe(true);
  return error as LocalServerError;
};

describe('starting', () => {
  it('says where it listens', async () => {
    const server = await start();
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(await get(`${server.url}/health`)).toEqual({ status: 200, message: 'OK' });
    const answer = await fetch(`${server.url}/dev`);
    expect(answer.headers.get('x-inngest-server-kind')).toBe('dev');
    expect(await answer.json()).toMatchObject({ functions: [] });
  });

  it('tells that the port is in use', async () => {
    const { port } = await start();
    const error = await failure(startLocalServer({ port }));
    expect(error).toMatchObject({ code: 'ADDRESS_IN_USE', message: expect.stringContaining(String(port)) });
    expect(error.remedy).toMatch(/another port/);
  });

  it('tells that the host is not of this machine', async () => {
    expect(await failure(startLocalServer({ port: 0, host: '192.0.2.1' }))).toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
    });
    expect(await failure(startLocalServer({ port: 99_999 }))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe('registering', () => {
  it('keeps asking apps that are not up yet', async () => {
    const port = await freePort();
    const server = await start({ urls: [`http://127.0.0.1:${port}/api/inngest`] });
    const late = await startApp(
      'v4',
      server,
      () => [{ id: 'f', trigger: { event: 'e' }, handler: () => 1 }],
      'late',
      port,
    );
    stops.push(late.stop);
    await expect
      .poll(async () => (await get(`${server.url}/dev`)).functions)
      .toMatchObject([{ slug: 'late-f' }]);
  });

  it('says once that an app can not be reached, and again once it has been there', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/api/inngest`;
    const told: string[] = [];
    const onSyncFailed = (error: LocalServerError, at: string) => void told.push(`${error.code} ${at}`);
    const server = await start({ urls: [url], pollInterval: 20, onSyncFailed });
    await expect.poll(() => told).toEqual([`APP_UNREACHABLE ${url}`]);
    const late = await startApp(
      'v4',
      server,
      () => [{ id: 'f', trigger: { event: 'e' }, handler: () => 1 }],
      'late',
      port,
    );
    await expect.poll(async () => (await get(`${server.url}/dev`)).functions).toHaveLength(1);
    expect(told).toHaveLength(1);
    await late.stop();
    await expect.poll(() => told).toHaveLength(2);
  });

  it('refuses at once what is no URL of an app', async () => {
    expect(await failure(startLocalServer({ port: 0, urls: ['nonsense'] }))).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('nonsense'),
    });
  });

  it('keeps the flow control of a function where one can see it', async () => {
    const pair = await startPair('v4', () => [
      {
        id: 'f',
        trigger: { event: 'e' },
        options: { concurrency: 2, throttle: { limit: 1, period: '1s' } },
        handler: () => 1,
      },
    ]);
    stops.push(pair.stop);
    const { functions } = await get(`${pair.server.url}/dev`);
    expect(functions).toMatchObject([
      { slug: 'app-f', concurrency: 2, throttle: { limit: 1, period: '1s' } },
    ]);
  });

  it('tells why an app could not be registered', async () => {
    const server = await start();
    expect(await failure(server.sync('nonsense'))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await failure(server.sync('http://127.0.0.1:1/api/inngest'))).toMatchObject({
      code: 'APP_UNREACHABLE',
    });
    const wrongPath = await failure(server.sync(`${server.url}/api/inngest`));
    expect(wrongPath).toMatchObject({
      code: 'APP_REFUSED',
      remedy: expect.stringContaining('serve endpoint'),
    });
    // This app would register with a server that is not there.
    const stray = await app({ url: 'http://127.0.0.1:1' });
    expect(await failure(server.sync(stray.url))).toMatchObject({
      code: 'APP_REFUSED',
      remedy: expect.stringContaining('baseUrl'),
    });
  });
});

it('notices an app that registered elsewhere', async () => {
  const [mine, other] = [await start(), await start()];
  const theirs = await app(other);
  expect(await failure(mine.sync(theirs.url))).toMatchObject({
    code: 'APP_REFUSED',
    remedy: expect.stringContaining(mine.url),
  });
});

describe('an app that moves', () => {
  it('gets the next request of a sleeping run where it registered last', async () => {
    const server = await start();
    const define = () => [
      {
        id: 'f',
        trigger: { event: 'e' },
        handler: async ({ step }: { step: { sleep: (id: string, length: string) => Promise<void> } }) => {
          await step.sleep('s', '1d');
          return 'woke';
        },
      },
    ];
    const before = await startApp('v4', server, define);
    await server.sync(before.url);
    const { ids } = await post(`${server.url}/e/k`, { name: 'e' });
    await server.settled();
    await before.stop();
    const after = await startApp('v4', server, define);
    stops.push(after.stop);
    await server.sync(after.url);
    await server.advance('25h');
    expect((await get(`${server.url}/v1/events/${ids[0]}/runs`)).data).toMatchObject([{ output: 'woke' }]);
    expect(after.exchanges).toHaveLength(1);
  });
});

describe('stopping', () => {
  it('closes what is open, leaves nothing that keeps the process alive, and may be repeated', async () => {
    const port = await freePort();
    const define = (): Definition[] => [
      { id: 'f', trigger: { event: 'e' }, handler: async ({ step }) => void (await step.sleep('s', '1d')) },
    ];
    const pair = await startPair('v4', define, { port });
    await pair.run({ name: 'e' });
    await pair.stop();
    await pair.server.stop();
    // Timers can't be told from those of the runner of the tests.
    await expect.poll(() => process.getActiveResourcesInfo()).not.toContain('TCPServerWrap');
    const again = await startLocalServer({ port });
    await again.stop();
  });
});

describe('the command', () => {
  const bin = fileURLToPath(new URL('../../src/local/bin.ts', import.meta.url));
  const launch = (...args: string[]) =>
    spawn(process.execPath, ['--import', 'tsx', bin, ...args], { stdio: 'pipe' });
  const output = async (stream: NodeJS.ReadableStream): Promise<string> => {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  };

  it('starts, says where, and ends cleanly on SIGTERM', async () => {
    const child = launch('--port', '0', '--retry-interval', '1', '--no-poll', '--seed', '7');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /http:\S+/.exec(line.toString())?.[0] ?? '';
    expect(await get(`${url}/health`)).toMatchObject({ status: 200 });
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
  });

  it('says in one line which app does not answer, however often it asks', async () => {
    let asked = 0;
    const silent = createServer(socket => {
      asked++;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    stops.push(async () => void silent.close());
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/api/inngest`;
    const child = launch('--port', '0', '-u', url);
    const errors = output(child.stderr);
    await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(2);
    child.kill('SIGTERM');
    expect(await errors).toBe(`${url} does not answer; trying again\n`);
  });

  it('gives one line and fails where it cannot start', async () => {
    const { port } = await start();
    for (const args of [['--port', String(port)], ['--port', 'many'], ['--nonsense']]) {
      const child = launch(...args);
      const [errors, [code]] = await Promise.all([
        output(child.stderr),
        once(child, 'exit') as Promise<[number]>,
      ]);
      expect(code).toBe(1);
      expect(errors.trim().split('\n')).toHaveLength(1);
    }
  });
});
