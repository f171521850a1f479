/** `rateLimit` and `idempotency`: starts over the limit are dropped. The figures are the real server's. */
import { afterEach, expect, it } from 'vitest';
import type { Api, Definition, Pair } from './support/apps';
import { modes, startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair | undefined;
afterEach(async () => {
  await pair?.stop();
  pair = undefined;
});

const limited = (options: Record<string, unknown>): Definition => ({
  id: 'limited',
  trigger: { event: 't/limited' },
  options,
  handler: ({ event }) => event.data,
});

const starts = () => pair?.calls('limited').length;

async function send(data: Record<string, unknown> = {}, id?: string): Promise<void> {
  await pair?.send({ name: 't/limited', data, ...(id === undefined ? {} : { id }) });
  await pair?.server.settled();
}

it('drops what is over the limit, and lets the next one start when it is due', async () => {
  pair = await startPair('v4', () => [limited({ rateLimit: { limit: 2, period: '1h' } })]);
  await send();
  await send();
  expect(starts()).toBe(1);
  await pair.server.advance('29m');
  await send();
  expect(starts()).toBe(1);
  await pair.server.advance('1m');
  await send();
  expect(starts()).toBe(2);
});

it('lets a tenth of the limit come early', async () => {
  pair = await startPair('v4', () => [limited({ rateLimit: { limit: 20, period: '20m' } })]);
  for (let i = 0; i < 5; i++) await send();
  expect(starts()).toBe(3);
  await pair.server.advance('1m');
  for (let i = 0; i < 5; i++) await send();
  expect(starts()).toBe(4);
  await pair.server.advance('20m');
  for (let i = 0; i < 5; i++) await send();
  expect(starts()).toBe(7);
});

it('counts by key, and not where the key is false or missing', async () => {
  pair = await startPair('v4', () => [
    limited({ rateLimit: { limit: 1, period: '1h', key: 'event.data.user' } }),
  ]);
  for (const user of ['a', 'b', 'a', 7, 7, { x: 1 }, { x: 1 }, true, true]) await send({ user });
  expect(starts()).toBe(5);
  for (const user of [false, false]) await send({ user });
  await send();
  await send();
  expect(starts()).toBe(9);
});

it('leaves the id of a dropped event free, and counts a redelivered one once', async () => {
  pair = await startPair('v4', () => [limited({ rateLimit: { limit: 2, period: '1h' } })]);
  await send({}, 'first');
  await send({}, 'second');
  expect(starts()).toBe(1);
  await pair.server.advance('30m');
  await send({}, 'first');
  await send({}, 'second');
  expect(starts()).toBe(2);
});

it('idempotency starts one run per key in 24 hours, and takes the place of rateLimit', async () => {
  pair = await startPair('v4', () => [
    limited({
      rateLimit: { limit: 1, period: '1h', key: 'event.data.user' },
      idempotency: 'event.data.order',
    }),
  ]);
  await send({ user: 'a', order: 1 });
  await send({ user: 'a', order: 2 });
  await send({ user: 'b', order: 1 });
  expect(starts()).toBe(2);
  await pair.server.advance('23h');
  await send({ user: 'a', order: 1 });
  expect(starts()).toBe(2);
  await pair.server.advance('1h');
  await send({ user: 'a', order: 1 });
  expect(starts()).toBe(3);
});

const parent = ({ ref }: Api): Definition => ({
  id: 'parent',
  trigger: { event: 't/parent' },
  handler: async ({ step }) =>
    await step
      .invoke('i', { function: ref('limited'), data: { n: 1 } })
      .catch((error: Error) => `${error.name}: ${error.message}`),
});

it.each(modes)('tells who invokes a function over its limit (%s)', async mode => {
  pair = await startPair(mode, api => [limited({ rateLimit: { limit: 1, period: '1h' } }), parent(api)]);
  const [first] = await pair.run({ name: 't/parent' });
  expect(first).toMatchObject({ status: 'Completed', output: { n: 1 } });
  const [second] = await pair.run({ name: 't/parent' });
  expect(second).toMatchObject({
    status: 'Completed',
    output: expect.stringContaining('invoked function is rate limited'),
  });
  expect(starts()).toBe(1);
});

it.each([
  [{ limit: 0, period: '1h' }, 'limit must be greater than 0'],
  [{ limit: 1, period: 'soon' }, 'period must be a duration'],
  [{ limit: 1, period: '25h' }, 'period must be at most 24h'],
  [{ limit: 1, period: '1h', key: 'event.data.(' }, 'event.data.('],
])('refuses to register %j', async (rateLimit, problem) => {
  await expect(startPair('v4', () => [limited({ rateLimit })])).rejects.toThrow(problem);
});
