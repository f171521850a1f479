/** `batchEvents`: several events start one run. The rules are the real server's. */
import { afterEach, describe, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { Definition, Mode, Pair } from './support/apps';
import { modes, post, startPair } from './support/apps';
import { startRawApp } from './support/raw-app';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair | undefined;
afterEach(async () => {
  await pair?.stop();
  pair = undefined;
});

const numbers = (events: { data: { n: unknown } }[]) => events.map(({ data }) => data.n);

async function start(batchEvents: object, mode: Mode = 'v4', more: object = {}): Promise<Pair> {
  const define = (): Definition[] => [
    {
      id: 'batched',
      trigger: { event: 't/batched' },
      options: { batchEvents, ...more },
      handler: ({ event, events }) => [event.data.n, ...numbers(events)],
    },
  ];
  return (pair = await startPair(mode, define));
}

/** What the function returned, in the order of its runs: the first event's number, then those of all. */
const results = () => pair?.calls('batched').map(({ response }) => response.at(0)?.data ?? response);

async function send(...all: Record<string, unknown>[]): Promise<string[]> {
  const events = all.map(data => ({ name: 't/batched', data }));
  const { ids } = await post(`${pair?.server.url}/e/k`, events);
  await pair?.server.settled();
  return ids;
}

describe.each(modes)('%s', mode => {
  it('one run gets all events of a full batch, and the rest once their time is over', async () => {
    await start({ maxSize: 3, timeout: '60s' }, mode);
    await send({ n: 1 }, { n: 2 });
    await pair?.server.advance('59s');
    expect(results()).toEqual([]);
    await send({ n: 3 }, { n: 4 });
    expect(results()).toEqual([[1, 1, 2, 3]]);
    await pair?.server.advance('59s');
    expect(results()).toHaveLength(1);
    await pair?.server.advance('1s');
    expect(results()).toEqual([
      [1, 1, 2, 3],
      [4, 4],
    ]);
  });
});

it('each key has a batch of its own, compared as a text', async () => {
  await start({ maxSize: 2, timeout: '60s', key: 'event.data.k' });
  await send({ n: 1, k: 7 }, { n: 2, k: 8 }, { n: 3, k: '7' }, { n: 4 }, { n: 5, k: false });
  expect(results()).toEqual([
    [1, 1, 3],
    [4, 4, 5],
  ]);
  await pair?.server.advance('60s');
  expect(results()?.at(2)).toEqual([2, 2]);
});

it('an event that does not satisfy `if` starts a run of its own at once, which the rate limit counts', async () => {
  const rateLimit = { limit: 1, period: '1h' };
  await start({ maxSize: 2, timeout: '60s', if: 'event.data.go == true' }, 'v4', { rateLimit });
  await send(
    { n: 1, go: true },
    { n: 2, go: false },
    { n: 3, go: 'yes' },
    { n: 4, go: true },
    { n: 5, go: true },
  );
  await pair?.server.advance('60s');
  expect(results()?.sort()).toEqual([
    [1, 1, 4],
    [2, 2],
    [5, 5],
  ]);
});

it('neither the id of an event nor its future time keeps it out of a batch', async () => {
  await start({ maxSize: 3, timeout: '60s' });
  const ts = (pair?.server.now() ?? 0) + 3_600_000;
  const event = { name: 't/batched', id: 'same' };
  await post(`${pair?.server.url}/e/k`, [
    { ...event, data: { n: 1 }, ts },
    { ...event, data: { n: 2 } },
    { ...event, data: { n: 3 } },
  ]);
  await pair?.server.settled();
  expect(results()).toEqual([[1, 1, 2, 3]]);
});

it('a batch of more than 10 MiB starts before it is full', async () => {
  await start({ maxSize: 100, timeout: '60s' });
  for (const n of [1, 2, 3, 4, 5]) await send({ n, filler: 'x'.repeat(2.5 * 2 ** 20) });
  // So large that the app asks for the events.
  await pair?.server.settled();
  expect(results()).toEqual([[1, 1, 2, 3, 4]]);
});

it('every event of a batch leads to its run, which the API and GraphQL show as one batch', async () => {
  await start({ maxSize: 2, timeout: '60s' });
  const began = pair?.server.now() ?? 0;
  const ids = await send({ n: 1 }, { n: 2 });
  const rows = await Promise.all(ids.map(async id => await pair?.runsOf(id)));
  expect(rows).toMatchObject([[{ status: 'Completed', output: [1, 1, 2], event_id: ids[0] }], rows[0]]);
  const query = '{ runs { edges { node { isBatch batchCreatedAt eventName triggerIDs } } } }';
  const { data } = await post(`${pair?.server.url}/v0/gql`, { query });
  expect(data.runs.edges).toEqual([
    {
      node: {
        isBatch: true,
        batchCreatedAt: new Date(began).toISOString(),
        eventName: null,
        triggerIDs: ids,
      },
    },
  ]);
});

describe('a registration', () => {
  const batch = { maxSize: 5, timeout: '5s' };
  it.each([
    [{ batchEvents: { ...batch, maxSize: 1 } }, 'batch size cannot be smaller than 2: 1'],
    [{ batchEvents: { ...batch, maxSize: '5' } }, 'maxSize must be a whole number'],
    [{ batchEvents: { ...batch, maxSize: 5.5 } }, 'maxSize must be a whole number'],
    [{ batchEvents: { maxSize: 5 } }, 'invalid timeout string: '],
    [{ batchEvents: { ...batch, timeout: '1d' } }, 'invalid timeout string: 1d'],
    [{ batchEvents: { ...batch, timeout: ' 5s' } }, 'invalid timeout string:  5s'],
    [{ batchEvents: { ...batch, timeout: '500ms' } }, 'batch timeout should be more than 1s'],
    [{ batchEvents: { ...batch, key: '' } }, 'key is empty'],
    [{ batchEvents: { ...batch, key: 'evnt.data' } }, 'evnt.data'],
    [{ batchEvents: { ...batch, if: 'nope.x' } }, 'nope.x'],
    [{ batchEvents: batch, cancel: [{ event: 'x' }] }, 'Batching and cancellation are mutually exclusive'],
    [{ batchEvents: batch, debounce: { period: '5s' } }, 'Batching and debouncing are mutually exclusive'],
    [{ batchEvents: batch, singleton: { mode: 'skip' } }, 'Batching and singletons are mutually exclusive'],
    [{ batchEvents: batch, priority: { run: '1' } }, 'Batching and priority.run are mutually exclusive'],
  ])('with %j is refused', async (options, problem) => {
    const server = await startLocalServer({ port: 0 });
    const app = await startRawApp(server);
    const reply = await app.serve({ f: () => [200, '1'] }, { f: options });
    expect(reply).toMatchObject({ status: 400, error: expect.stringContaining(problem) });
    await server.stop();
    await app.stop();
  });

  it.each([
    { batchEvents: null },
    { batchEvents: { maxSize: 5, timeout: '1m30s' } },
    { batchEvents: { maxSize: 5, timeout: '1.5s' } },
    { batchEvents: batch, idempotency: 'event.data.x' },
    { batchEvents: batch, concurrency: 1 },
  ])('with %j is taken', async options => {
    const server = await startLocalServer({ port: 0 });
    const app = await startRawApp(server);
    expect(await app.serve({ f: () => [200, '1'] }, { f: options })).toMatchObject({ ok: true });
    await server.stop();
    await app.stop();
  });
});
