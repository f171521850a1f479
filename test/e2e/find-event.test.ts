/** A run's event is found among the many others of a busy workflow, by a caller that has only the run's row. */
import { randomUUID } from 'node:crypto';
import { type LocalServer, startLocalServer } from '@mastra/inngest/local';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findEvent } from '../../src/sdk/find-event';
import { REAL_SERVER } from '../support/real-server';

let local: LocalServer | undefined;
beforeAll(async () => {
  local = REAL_SERVER ? undefined : await startLocalServer({ port: 0 });
});
afterAll(() => local?.stop());

const url = () => REAL_SERVER ?? local?.url ?? '';

/** As a client's own access, and how often it was used. */
function counted() {
  const access = { signingKey: undefined, baseUrl: async () => (access.requests++, url()), requests: 0 };
  return access;
}

async function send(name: string, ids: readonly string[]): Promise<string[]> {
  const body = JSON.stringify(ids.map(id => ({ name, id, data: {} })));
  const response = await fetch(`${url()}/e/key`, { method: 'POST', body });
  return ((await response.json()) as { ids: string[] }).ids;
}

const others = (count: number) => Array.from({ length: count }, () => randomUUID());

/** A real server lists an event a moment after it has taken it. */
const found = async (event: Parameters<typeof findEvent>[1], eventId: unknown) =>
  expect.poll(() => findEvent(counted(), event)).toMatchObject({ eventId });

test('an event is found among hundreds that came at the same time', async () => {
  const name = `busy/${randomUUID()}`;
  const [id = '', ...rest] = others(300);
  const sentAt = Date.now();
  const [eventId] = await send(name, [id]);
  await send(name, rest);
  await found({ name, id: rest.at(-1) ?? '', sentAt }, expect.any(String));
  await found({ name, id, sentAt }, eventId);
});

test('it is looked for around its time first, and remembered', async () => {
  const name = `later/${randomUUID()}`;
  const [id = '', ...rest] = others(600);
  const sentAt = Date.now();
  const [eventId] = await send(name, [id]);
  await local?.advance('1 minute');
  await send(name, rest);
  await found({ name, id, sentAt }, eventId);
  const access = counted();
  expect(await findEvent(access, { name, id, sentAt })).toMatchObject({ eventId });
  // On a real server, where time can't be passed, all of them came at the same time.
  if (!REAL_SERVER) expect(access.requests).toBe(2);
  const before = access.requests;
  expect(await findEvent(access, { name, id, sentAt })).toMatchObject({ eventId });
  expect(access.requests).toBe(before);
});

test('one that was never sent is asked for once', async () => {
  const access = counted();
  const event = { name: `never/${randomUUID()}`, id: randomUUID(), sentAt: Date.now() };
  expect(await findEvent(access, event)).toBeUndefined();
  expect(access.requests).toBe(1);
});
