import { afterEach, describe, expect, it } from 'vitest';
import type { Definition, Pair } from './support/apps';
import { get, post, startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair;
afterEach(async () => await pair.stop());

const definitions = (): Definition[] => [
  { id: 'a', trigger: { event: 'x/one' }, handler: ({ event }) => event },
  { id: 'b', trigger: [{ event: 'x/one' }, { event: 'x/two', if: 'event.data.n > 5' }], handler: () => 'b' },
  { id: 'wild', trigger: { event: 'wild/*' }, handler: ({ event }) => event.name },
  { id: 'deep', trigger: { event: 'deep/er/*' }, handler: () => 1 },
  { id: 'dots', trigger: { event: 'dots.*' }, handler: () => 1 },
];

const count = (id: string): number => pair.calls(id).length;

describe('sending', () => {
  it('gives ids in the order of input, and stores what was sent with the defaults', async () => {
    pair = await startPair('v4', definitions);
    const sent = [{ name: 'x/one', data: { n: 1 }, id: 'mine', user: { u: 1 }, v: '2' }, { name: 'y/none' }];
    const { ids, status } = await post(`${pair.server.url}/e/any`, sent);
    expect(status).toBe(200);
    expect(ids).toHaveLength(2);
    expect([...ids].sort()).toEqual(ids);
    await pair.server.settled();
    const [run] = (await pair.runsOf(ids[0])).filter(row => row.output !== 'b');
    expect(run?.output).toEqual({
      name: 'x/one',
      data: { n: 1 },
      id: 'mine',
      user: { u: 1 },
      v: '2',
      ts: expect.any(Number),
    });
    const stored = (await get(`${pair.server.url}/v1/events/${ids[1]}`)).data;
    expect(stored).toMatchObject({ name: 'y/none', id: ids[1], internal_id: ids[1], ts: expect.any(Number) });
    const listed = (await get(`${pair.server.url}/v1/events?name=x/one`)).data;
    expect(listed.map((event: { id: string }) => event.id)).toEqual(['mine']);
  });

  it.each([
    ['{"name":"","data":{}}', 'event name is empty'],
    ['{"data":{}}', 'event name is empty'],
    ['{"name":"inngest/x"}', 'event name is reserved for internal use: inngest/x'],
    ['{"name":"a","data":"text"}', 'data must be an object'],
    ['{"name":"a","data":[1]}', 'data must be an object'],
    ['{"name":"a","ts":1}', 'timestamp is before Jan 1, 1980'],
    ['{"name":"a","ts":5000000000000}', 'timestamp is after Jan 1, 2100'],
    ['garbage', 'Request body must contain an event object or an array of event objects'],
    ['null', 'Request body must contain an event object or an array of event objects'],
    ['[1]', 'an event must be an object'],
  ])('refuses %s', async (body, error) => {
    pair = await startPair('v4', definitions);
    expect(await post(`${pair.server.url}/e/k`, body)).toEqual({ ids: [''], status: 400, error });
  });

  it.each([
    ['{"name":"a","data":null}', 1],
    ['{"name":"a","ts":0}', 1],
    ['[]', 0],
    ['', 0],
  ])('accepts %s', async (body, events) => {
    pair = await startPair('v4', definitions);
    const reply = await post(`${pair.server.url}/e/k`, body);
    expect(reply).toEqual({ ids: events ? [expect.stringMatching(/^[0-9A-Z]{26}$/)] : [''], status: 200 });
  });

  it('takes the events before a bad one', async () => {
    pair = await startPair('v4', definitions);
    const reply = await post(`${pair.server.url}/e/k`, [{ name: 'x/one' }, { name: '' }, { name: 'x/one' }]);
    expect(reply).toMatchObject({ status: 400, error: 'event name is empty' });
    expect(reply.ids).toHaveLength(1);
    await pair.server.settled();
    expect(count('a')).toBe(1);
  });

  it('refuses an event over 3 MiB and more than 5000 at once', async () => {
    pair = await startPair('v4', definitions);
    const big = JSON.stringify({ name: 'a', data: { x: 'y'.repeat(3_200_000) } });
    expect((await post(`${pair.server.url}/e/k`, big)).error).toBe(
      `Event is over the max size: Max 3145728 bytes / Size ${big.length} bytes`,
    );
    const many = Array.from({ length: 5001 }, () => ({ name: 'y/none' }));
    const reply = await post(`${pair.server.url}/e/k`, many);
    expect(reply.error).toBe('Cannot have more than 5000 events in a batch');
    expect(reply.ids).toHaveLength(5000);
  });
});

describe('triggers', () => {
  it('start each function once per event, by name, pattern and condition', async () => {
    pair = await startPair('v4', definitions);
    for (const name of [
      'x/one',
      'wild/a',
      'wild/a/b',
      'wild',
      'deep/er/x',
      'deep/x',
      'dots.x',
      'dots/x',
      'x/onemore',
    ]) {
      await pair.send({ name });
    }
    await pair.send({ name: 'x/two', data: { n: 9 } });
    await pair.send({ name: 'x/two', data: { n: 5 } });
    await pair.server.settled();
    expect(['a', 'b', 'wild', 'deep', 'dots'].map(count)).toEqual([1, 2, 2, 1, 1]);
  });

  it('follow the last registration', async () => {
    pair = await startPair('v4', definitions);
    const register = async (functions: unknown[]): Promise<{ modified: boolean }> =>
      await post(`${pair.server.url}/fn/register`, {
        url: pair.app.url,
        appName: 'app',
        sdk: 'js:x',
        functions,
      });
    const fn = {
      id: 'app-a',
      name: 'a',
      triggers: [{ event: 'x/new' }],
      steps: {
        step: {
          id: 'step',
          name: 'step',
          runtime: { type: 'http', url: `${pair.app.url}?fnId=app-a&stepId=step` },
        },
      },
    };
    expect(await register([fn])).toMatchObject({ ok: true, modified: true });
    expect(await register([fn])).toMatchObject({ ok: true, modified: false });
    await pair.run({ name: 'x/one' });
    expect([count('a'), count('b')]).toEqual([0, 0]);
    await pair.run({ name: 'x/new' });
    expect(count('a')).toBe(1);
  });
});

describe("an event's id", () => {
  it('starts a function once in 24 hours, whatever the name, and other functions all the same', async () => {
    pair = await startPair('v4', definitions);
    await Promise.all(Array.from({ length: 6 }, async () => await pair.send({ name: 'x/one', id: 'once' })));
    await pair.server.settled();
    expect([count('a'), count('b')]).toEqual([1, 1]);
    await pair.run({ name: 'x/two', id: 'once', data: { n: 9 } });
    expect(count('b')).toBe(1);
    await pair.server.advance('23h');
    expect(await pair.run({ name: 'x/one', id: 'once' })).toEqual([]);
    await pair.server.advance('61m');
    expect(await pair.run({ name: 'x/one', id: 'once' })).toHaveLength(2);
  });

  it('has its own ULID for each sending', async () => {
    pair = await startPair('v4', definitions);
    const [first, second] = [
      await pair.send({ name: 'x/one', id: 'i' }),
      await pair.send({ name: 'x/one', id: 'i' }),
    ];
    expect(first).not.toBe(second);
  });
});

describe('the list of events', () => {
  interface Listed {
    data: { internal_id: string; data: { n: number } }[];
  }
  const list = async (query: string): Promise<Listed> => await get(`${pair.server.url}/v1/events${query}`);
  const numbers = async (query: string): Promise<number[]> =>
    (await list(query)).data.map(event => event.data.n);

  /** Three events, 20 minutes apart; the last has just come. */
  async function sendThree(): Promise<string[]> {
    const instants: string[] = [];
    for (const n of [1, 2, 3]) {
      if (n > 1) await pair.server.advance('20m');
      instants.push(new Date(pair.server.now()).toISOString());
      await pair.send({ name: n === 2 ? 'x/other' : 'x/one', data: { n } });
      await pair.server.settled();
    }
    return instants;
  }

  it("has the newest first, and none of the server's own", async () => {
    pair = await startPair('v4', definitions);
    await sendThree();
    expect(await numbers('')).toEqual([3, 2, 1]);
    expect(await numbers('?name=x/one')).toEqual([3, 1]);
    expect(await numbers('?name=inngest/function.finished')).toEqual([]);
  });

  it('has those of the last hour, unless it is told since when and until when', async () => {
    pair = await startPair('v4', definitions);
    const [first, second, third] = await sendThree();
    expect(await numbers(`?received_after=${second}`)).toEqual([3, 2]);
    expect(await numbers(`?received_before=${second}`)).toEqual([2, 1]);
    expect(await numbers(`?received_after=${second}&received_before=${second}`)).toEqual([2]);
    expect(await numbers(`?received_after=${second}&name=x/one`)).toEqual([3]);
    expect(await numbers(`?received_after=${third?.replace('Z', '')}`)).toEqual([3]);
    expect(await numbers(`?received_after=${new Date(Date.parse(first ?? '') - 1).toUTCString()}`)).toEqual([
      3, 2, 1,
    ]);
    await pair.server.advance('30m');
    expect(await numbers('')).toEqual([3, 2]);
    expect(await numbers(`?received_after=${first}`)).toEqual([3, 2, 1]);
    await pair.server.advance('2 days');
    expect(await numbers('')).toEqual([]);
    expect(await numbers(`?received_after=${first?.slice(0, 10)}`)).toEqual([3, 2, 1]);
  });

  it('has 20 events, or as many as it is told, from 1 to 51', async () => {
    pair = await startPair('v4', definitions);
    await post(
      `${pair.server.url}/e/k`,
      Array.from({ length: 60 }, (_, n) => ({ name: 'y/none', data: { n } })),
    );
    const lengths = ['', '?limit=3', '?limit=0', '?limit=many', '?limit=-4', '?limit=999'].map(
      async query => (await list(query)).data.length,
    );
    expect(await Promise.all(lengths)).toEqual([20, 3, 20, 20, 1, 51]);
    const { data } = await list('?limit=2');
    expect(await numbers(`?limit=2&cursor=${data[1]?.internal_id}`)).toEqual([57, 56]);
  });

  it.each([
    ['?received_after=12345678', 'received_after'],
    ['?received_before=soon', 'received_after'],
    ['?cursor=x', 'cursor'],
  ])('refuses %s in the words of the real server', async (query, parameter) => {
    pair = await startPair('v4', definitions);
    expect(await list(query)).toEqual({
      error: `Invalid ${parameter} query parameter`,
      data: null,
      status: 400,
    });
  });
});
