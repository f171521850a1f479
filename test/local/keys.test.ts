/** A server with keys, as `inngest start` is one: both sides show each other that they have the key. */
import { createHash, createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalServerError, startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import type { Definition, KeysOfApp, Mode, TestApp } from './support/apps';
import { get, post, startApp } from './support/apps';

const signingKey = 'signkey-prod-0123456789abcdef';
const hashed = createHash('sha256').update(Buffer.from('0123456789abcdef', 'hex')).digest('hex');
const eventKey = 'of-tests';

let server: LocalServer;
let app: TestApp | undefined;

afterEach(async () => {
  await server.stop();
  await app?.stop();
  app = undefined;
});

/** Serves a function with two steps, one of which sends an event. */
async function startAppWith(mode: Mode, keys: KeysOfApp): Promise<void> {
  const define = (): Definition[] => [
    {
      id: 'f',
      trigger: { event: 't/f' },
      handler: async ({ step }) => {
        await step.run('one', () => 'umlaut ä, line separator \u2028, half a pair \ud800, 1e21, -0');
        await step.sendEvent('two', { name: 't/other', data: { n: 1 } });
      },
    },
  ];
  app = await startApp(mode, server, define, 'app', 0, keys);
}

const start = async () =>
  (server = await startLocalServer({ port: 0, signingKey, eventKeys: [eventKey], retryDelay: () => 0 }));
const authorization = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function statusOfRun(): Promise<string | undefined> {
  const { ids } = await post(`${server.url}/e/${eventKey}`, { name: 't/f', data: {} });
  await server.settled();
  const answer = await fetch(`${server.url}/v1/events/${ids[0]}/runs`, authorization(hashed));
  return ((await answer.json()) as { data: { status: string }[] }).data[0]?.status;
}

describe.each(['v3', 'v4', 'v4-off'] as const)('an app of %s that is not in development', major => {
  it('registers and runs, and every request to it is signed', async () => {
    await start();
    await startAppWith(major, { signingKey, eventKey });
    await server.sync(app?.url ?? '');
    expect(await statusOfRun()).toBe('Completed');
    expect(app?.exchanges).not.toEqual([]);
    for (const { headers, request } of app?.exchanges ?? []) {
      const [, time = '', signature] = /^t=(\d+)&s=(\w+)$/.exec(String(headers['x-inngest-signature'])) ?? [];
      const expected = createHmac('sha256', '0123456789abcdef').update(JSON.stringify(request) + time);
      expect(signature).toBe(expected.digest('hex'));
    }
  });

  it('that changes its key goes on with the old one as its fallback', async () => {
    await start();
    await startAppWith(major, { signingKey: 'signkey-prod-ffff', signingKeyFallback: signingKey, eventKey });
    await server.sync(app?.url ?? '');
    expect(await statusOfRun()).toBe('Completed');
  });

  it('with another key is told so, and with another event key sends nothing', async () => {
    await start();
    await startAppWith(major, { signingKey: 'signkey-prod-ffff', eventKey });
    await expect(server.sync(app?.url ?? '')).rejects.toMatchObject({
      code: 'APP_REFUSED',
      message: expect.stringContaining('INNGEST_SIGNING_KEY'),
    });
    await app?.stop();
    await startAppWith(major, { signingKey, eventKey: 'another' });
    await server.sync(app?.url ?? '');
    expect(await statusOfRun()).toBe('Failed');
  });
});

it('what only apps may ask for needs the key, hashed or plain; the rest is open', async () => {
  await start();
  const paths = ['/dev', '/v1/events', '/v1/runs/x', '/v0/runs/x/actions'];
  for (const path of paths) {
    for (const options of [{}, authorization('wrong'), authorization('')]) {
      const refused = await fetch(server.url + path, options);
      expect([refused.status, await refused.text()], path).toEqual([401, 'Authentication failed\n']);
    }
    for (const token of [hashed, signingKey, `signkey-test-${hashed}`]) {
      expect((await fetch(server.url + path, authorization(token))).status, path).not.toBe(401);
    }
  }
  for (const path of ['/fn/register', '/v1/realtime/token', '/v1/realtime/publish', '/v1/signals']) {
    expect((await fetch(server.url + path, { method: 'POST', body: '[]' })).status, path).toBe(401);
  }
  expect((await fetch(`${server.url}/health`)).headers.get('x-inngest-server-kind')).toBe('cloud');
  expect(await post(`${server.url}/v0/gql`, { query: '{ apps { id } }' })).toEqual({ data: { apps: [] } });
});

it('events come with a known key only', async () => {
  await start();
  const event = { name: 't/x', data: {} };
  for (const path of ['/e/another', '/e/of-test', '/e']) {
    const refused = { error: 'Event key not found', message: '', status: 401 };
    expect(await post(server.url + path, event), path).toEqual(refused);
  }
  expect(await post(`${server.url}/e/${eventKey}`, event)).toMatchObject({ status: 200 });
});

it('an app in development is refused, and without keys one that is not', async () => {
  await start();
  const register = (expected: string, headers: Record<string, string> = {}) =>
    post(
      `${server.url}/fn/register`,
      { appName: 'a' },
      { 'x-inngest-expected-server-kind': expected, ...headers },
    );
  expect(await register('dev', authorization(hashed).headers)).toMatchObject({
    status: 400,
    error: 'Expected server kind cloud, got dev',
  });
  await server.stop();
  server = await startLocalServer({ port: 0 });
  expect(await register('cloud')).toMatchObject({
    status: 400,
    error: 'Expected server kind dev, got cloud',
  });
  expect(await get(`${server.url}/dev`)).toMatchObject({ authed: false });
});

it.each([
  [{ signingKey: 'no hex' }, 'signingKey'],
  [{ signingKey: '' }, 'signingKey'],
  [{ signingKey: 'abc' }, 'signingKey'],
  [{ eventKeys: [] }, 'eventKeys'],
  [{ eventKeys: ['a/b'] }, 'eventKeys'],
  [{ eventKeys: [''] }, 'eventKeys'],
])('%j is an error before anything listens', async (options, name) => {
  server = await startLocalServer({ port: 0 });
  const error: unknown = await startLocalServer({ port: server.port, ...options }).catch((e: unknown) => e);
  expect(LocalServerError.is(error)).toBe(true);
  expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(name) });
});
