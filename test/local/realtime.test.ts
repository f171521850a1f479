import { once } from 'node:events';
import { subscribe } from 'inngest/realtime';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startLocalServer } from '../../src/local';
import type { LocalServer, LocalServerOptions } from '../../src/local';
import { until } from '../support/until';
import { startPair } from './support/apps';
import type { Pair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

const channel = 'workflow:w:1';
let server: LocalServer;
let pair: Pair | undefined;
const sockets: WebSocket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await pair?.stop();
  pair = undefined;
  await server.stop();
});

async function start(options: LocalServerOptions = {}): Promise<void> {
  server = await startLocalServer({ port: 0, ...options });
}

async function token(topics: unknown = [{ channel, name: 'watch', kind: 'run' }]): Promise<string> {
  const answer = await fetch(`${server.url}/v1/realtime/token`, {
    method: 'POST',
    body: JSON.stringify(topics),
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { jwt: string }).jwt;
}

type Frame = Record<string, unknown>;

async function connect(jwt: string): Promise<{ socket: WebSocket; frames: Frame[] }> {
  const url = `${server.url.replace('http', 'ws')}/v1/realtime/connect?token=${jwt}`;
  const socket = new WebSocket(url);
  sockets.push(socket);
  const frames: Frame[] = [];
  socket.on('message', (message: Buffer) => frames.push(JSON.parse(message.toString()) as Frame));
  await once(socket, 'open');
  return { socket, frames };
}

async function publish(query: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(`${server.url}/v1/realtime/publish?${query}`, { method: 'POST', body, headers });
  expect([answer.status, await answer.text()]).toEqual([200, '']);
}

const watch = `channel=${encodeURIComponent(channel)}&topic=watch`;

it('delivers JSON and text to subscribers of the topic, in order, and to nobody else', async () => {
  await start();
  const { frames } = await connect(await token());
  const other = await connect(await token([{ channel, name: 'other', kind: 'run' }]));
  await publish(`${watch}&run_id=01M81J2CAPGFKTFD85VRHCKY46`, '{"type":"a"}');
  await publish(watch, 'plain text');
  await publish(watch, '123');
  await publish(`channel=elsewhere&topic=watch`, '1');
  await until(() => frames.length === 3);
  expect(frames[0]).toEqual({
    kind: 'data',
    data: { type: 'a' },
    channel,
    topic: 'watch',
    run_id: '01M81J2CAPGFKTFD85VRHCKY46',
    created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    env_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(frames.slice(1).map(frame => frame['data'])).toEqual(['plain text', 123]);
  expect(other.frames).toEqual([]);
});

it('delivers by server-sent events, too, with pings, for 15 minutes', async () => {
  await start({ pingInterval: 20 });
  const connect = async (query: string, authorization = ''): Promise<Response> =>
    await fetch(`${server.url}/v1/realtime/sse${query}`, { headers: { authorization } });
  for (const refused of [await connect(''), await connect('?token=a.b.c')]) {
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({ error: 'Not authenticated', data: null, status: 401 });
  }
  const both = [await connect(`?token=${await token()}`), await connect('', `Bearer ${await token()}`)];
  const texts = both.map(async answer => {
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
      if (done) return text;
      text += value;
      // Not before all this has come does time go by.
      if (text.includes('lines') && text.includes('\n:\n\n')) await server.advance('15m');
    }
  });
  await publish(watch, '{"type":"a"}');
  await publish(watch, 'two\n\nlines');
  await publish(`channel=elsewhere&topic=watch`, '1');
  for (const text of await Promise.all(texts)) {
    const frames = text.split('\n\n').filter(part => part.startsWith('data: '));
    const data = frames.map(frame => (JSON.parse(frame.slice(6)) as Frame)['data']);
    expect(data).toEqual([{ type: 'a' }, 'two\n\nlines']);
  }
});

it('keeps nothing for who comes late', async () => {
  await start();
  await publish(watch, '1');
  const { frames } = await connect(await token());
  await publish(watch, '2');
  await until(() => frames.length > 0);
  expect(frames.map(frame => frame['data'])).toEqual([2]);
});

it('refuses a forged, an expired and a missing token, and any other path', async () => {
  await start();
  const jwt = await token();
  const reply = async (path: string): Promise<number | undefined> => {
    const socket = new WebSocket(server.url.replace('http', 'ws') + path);
    sockets.push(socket);
    socket.on('error', () => undefined);
    return await new Promise<number | undefined>(resolve => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve(101));
    });
  };
  const connectPath = '/v1/realtime/connect?token=';
  const [head, body] = jwt.split('.');
  expect(await reply(connectPath + jwt)).toBe(101);
  expect(await reply(connectPath)).toBe(401);
  expect(await reply(`${connectPath}${head}.${body}.forged`)).toBe(401);
  expect(await reply(`/v1/elsewhere?token=${jwt}`)).toBe(404);
  await server.advance('59s');
  expect(await reply(connectPath + jwt)).toBe(101);
  await server.advance('2s');
  expect(await reply(connectPath + jwt)).toBe(401);
});

it('lets a connection outlive its token, and takes and drops topics on request', async () => {
  await start();
  const { socket, frames } = await connect(await token());
  await server.advance('1h');
  await publish(watch, '1');
  await until(() => frames.length === 1);
  socket.send(JSON.stringify({ kind: 'sub', data: await token([{ channel, name: 'more', kind: 'run' }]) }));
  socket.send(JSON.stringify({ kind: 'unsub', data: await token() }));
  socket.send('not json');
  socket.send(JSON.stringify({ kind: 'sub', data: 'forged' }));
  // The answer comes after what was sent before it has had its effect.
  socket.ping();
  await once(socket, 'pong');
  await publish(watch, '2');
  await publish(`channel=${encodeURIComponent(channel)}&topic=more`, '3');
  await until(() => frames.length === 2);
  expect(frames.map(frame => frame['data'])).toEqual([1, 3]);
});

it('cuts a message at 512 KiB, which leaves a text', async () => {
  await start();
  const { frames } = await connect(await token());
  await publish(watch, JSON.stringify({ big: 'x'.repeat(600_000) }));
  await until(() => frames.length === 1);
  expect(frames[0]?.['data']).toHaveLength(512 * 1024);
  expect(String(frames[0]?.['data']).slice(0, 10)).toBe('{"big":"xx');
});

it('sends a stream as start, chunks without a channel, and end', async () => {
  await start();
  const { frames } = await connect(await token());
  await publish(watch, 'hello stream', { 'content-type': 'text/stream' });
  await until(() => frames.length === 3);
  expect(frames.map(frame => frame['kind'])).toEqual(['datastream-start', 'chunk', 'datastream-end']);
  const [first, chunk, last] = frames;
  expect(chunk).toEqual({ kind: 'chunk', stream_id: first?.['data'], data: 'hello stream' });
  expect(last).toMatchObject({ data: first?.['data'], channel, topic: 'watch' });
});

it('pings', async () => {
  await start({ pingInterval: 20 });
  const { socket } = await connect(await token());
  await Promise.all([
    once(socket, 'ping'),
    once(socket, 'ping').then(async () => await once(socket, 'ping')),
  ]);
});

it("serves the SDK's own subscriber, and messages from inside a step", async () => {
  await start();
  pair = await startPair('v4', ({ client }) => [
    {
      id: 'tells',
      trigger: { event: 't/tells' },
      handler: async ({ step }) => {
        await step.run('publish', async () => {
          await client.realtime.publish({ channel, topic: 'watch', config: {} }, { type: 'hello' });
        });
      },
    },
  ]);
  const seen: unknown[] = [];
  const subscription = await subscribe({
    app: pair.app.client,
    channel,
    topics: ['watch'],
    onMessage: (message: { data: unknown }) => void seen.push(message.data),
  } as never);
  await pair.run({ name: 't/tells' });
  await until(() => seen.length > 0);
  expect(seen).toEqual([{ type: 'hello' }]);
  (subscription as unknown as { close?: () => void }).close?.();
});
