/** Realtime by server-sent events, as a subscriber sees it. Runs on a real server, too, where `INNGEST_BASE_URL` names one. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../src/local';
import { REAL_SERVER } from '../support/real-server';
import { until } from '../support/until';

let server: LocalServer | undefined;
let url: string;
let end: AbortController;
let channel: string;

beforeEach(async () => {
  server = REAL_SERVER ? undefined : await startLocalServer({ port: 0 });
  url = REAL_SERVER ?? server?.url ?? '';
  end = new AbortController();
  channel = `sse-${randomUUID()}`;
});
afterEach(async () => {
  end.abort();
  await server?.stop();
});

async function token(topic: string): Promise<string> {
  const body = JSON.stringify([{ channel, name: topic, kind: 'run' }]);
  const answer = await fetch(`${url}/v1/realtime/token`, { method: 'POST', body });
  return ((await answer.json()) as { jwt: string }).jwt;
}

/** What comes of a stream, as it is read. */
async function follow(topic: string): Promise<{ type: string | null; events: Record<string, unknown>[] }> {
  const { signal } = end;
  const answer = await fetch(`${url}/v1/realtime/sse?token=${await token(topic)}`, { signal });
  const events: Record<string, unknown>[] = [];
  const read = async () => {
    let text = '';
    for await (const bytes of answer.body ?? []) {
      text += Buffer.from(bytes as Uint8Array).toString();
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts)
        if (part.startsWith('data: ')) events.push(JSON.parse(part.slice(6)) as Record<string, unknown>);
    }
  };
  read().catch(() => {});
  return { type: answer.headers.get('content-type'), events };
}

const publish = async (topic: string, body: string) =>
  (await fetch(`${url}/v1/realtime/publish?channel=${channel}&topic=${topic}`, { method: 'POST', body }))
    .status;

test('a subscriber is sent the messages of its topic, in order', async () => {
  const { type, events } = await follow('news');
  expect(type).toContain('text/event-stream');
  // A subscription may count a moment after its answer has begun.
  await until(async () => {
    await publish('news', '"begun"');
    return events.length > 0;
  });
  expect(await publish('other', '"not for it"')).toBe(200);
  await publish('news', '{"a":1}');
  await publish('news', 'text');
  await publish('news', '"over"');
  await until(() => events.some(({ data }) => data === 'over'));
  expect(events.map(({ data }) => data).filter(data => data !== 'begun')).toEqual([{ a: 1 }, 'text', 'over']);
  expect(events.at(-1)).toEqual({
    kind: 'data',
    channel,
    topic: 'news',
    data: 'over',
    created_at: expect.stringMatching(/^\d{4}-/),
    env_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test('without a token there is no stream', async () => {
  for (const query of ['', '?token=none'])
    expect((await fetch(`${url}/v1/realtime/sse${query}`, { signal: end.signal })).status).toBe(401);
});
