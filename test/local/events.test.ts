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
