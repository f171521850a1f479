/** Cron triggers: each due time starts one run. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Schedule } from '../../src/local/flow/schedule';
import { startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { get, patience } from './support/apps';
import type { RawApp, RawRequest } from './support/raw-app';
import { ops, startRawApp } from './support/raw-app';
import { stillClock } from './support/still-clock';

stillClock();

let server: LocalServer;
let app: RawApp;
/** The events of the runs of each function, in the order of their requests. */
let runs: Record<string, RawRequest['event'][]>;

beforeEach(async () => {
  runs = {};
  server = await startLocalServer({ port: 0 });
  app = await startRawApp(server);
});
afterEach(async () => {
  await server.stop();
  await app.stop();
});

const handler =
  (name: string) =>
  ({ event }: RawRequest): [number, string] => {
    (runs[name] ??= []).push(event);
    return [200, '1'];
  };

type Options = Record<string, Record<string, unknown>>;

async function register(options: Options): Promise<unknown> {
  return await app.serve(
    Object.fromEntries(Object.keys(options).map(name => [name, handler(name)])),
    options,
  );
}

const cron = (...expressions: string[]) => ({
  triggers: expressions.map(expression => ({ cron: expression })),
});
const due = (name: string): string[] => (runs[name] ?? []).map(event => event.data.scheduledAt);

const day = 86_400_000;

/** `2026-01-01T09:00:00Z` and so on: every day from the first after `from`, `count` of them. */
function daily(from: number, count: number, hour: number): string[] {
  const midnight = Math.floor(from / day) * day;
  const first = midnight + hour * 3_600_000 > from ? midnight : midnight + day;
  return Array.from({ length: count }, (_, index) =>
    new Date(first + index * day + hour * 3_600_000).toISOString().replace('.000Z', 'Z'),
  );
}

/** Moves the server's clock to an instant. */
async function goTo(instant: string): Promise<void> {
  await server.advance(Date.parse(instant) - server.now());
}

it('starts a run at each due time of 1,000 days, once and in order', { timeout: 600_000 }, async () => {
  const from = server.now();
  await register({ daily: cron('TZ=UTC 0 9 * * *') });
  await server.advance('1000 days');
  expect(due('daily')).toEqual(daily(from, 1000, 9));
});

it('sends the event that the real server sends, and lists the run below it', async () => {
  await goTo('2027-03-01T08:59:00Z');
  await register({
    f: cron('TZ=UTC 0 9 * * *'),
    listens: { triggers: [{ event: 'inngest/scheduled.timer' }] },
  });
  await server.advance('1m');
  const event = {
    name: 'inngest/scheduled.timer',
    id: '2027-03-01T09:00:00Z',
    ts: Date.parse('2027-03-01T09:00:00Z'),
    data: { cron: 'TZ=UTC 0 9 * * *', fireAt: '2027-03-01T09:00:00Z', scheduledAt: '2027-03-01T09:00:00Z' },
    user: {},
  };
  expect(runs).toEqual({ f: [event], listens: [event] });
  // The server's own events are not listed, but can be asked for.
  expect((await get(`${server.url}/v1/events`)).data).toEqual([]);
});

it('keeps to the clocks of a time zone when they change', async () => {
  await goTo('2027-03-26T12:00:00Z');
  await register({
    morning: cron('TZ=Europe/Berlin 0 9 * * *'),
    night: cron('CRON_TZ=Europe/Berlin 30 2 * * *'),
  });
  await goTo('2027-03-30T12:00:00Z');
  // On the 28th 2 o'clock is 3 o'clock: that night has no half past two.
  expect(due('morning')).toEqual([
    '2027-03-27T08:00:00Z',
    '2027-03-28T07:00:00Z',
    '2027-03-29T07:00:00Z',
    '2027-03-30T07:00:00Z',
  ]);
  expect(due('night')).toEqual(['2027-03-27T01:30:00Z', '2027-03-29T00:30:00Z', '2027-03-30T00:30:00Z']);
  runs = {};
  await goTo('2027-10-29T12:00:00Z');
  expect(due('morning').slice(-4)).toEqual([
    '2027-10-26T07:00:00Z',
    '2027-10-27T07:00:00Z',
    '2027-10-28T07:00:00Z',
    '2027-10-29T07:00:00Z',
  ]);
  runs = {};
  await goTo('2027-11-01T12:00:00Z');
  expect(due('morning')).toEqual(['2027-10-30T07:00:00Z', '2027-10-31T08:00:00Z', '2027-11-01T08:00:00Z']);
  // On the 31st 3 o'clock is 2 o'clock again: that night has two.
  expect(due('night')).toEqual([
    '2027-10-30T00:30:00Z',
    '2027-10-31T00:30:00Z',
    '2027-10-31T01:30:00Z',
    '2027-11-01T01:30:00Z',
  ]);
});

describe('registering again', () => {
  it('unchanged changes nothing: no due time comes twice or later', async () => {
    await goTo('2027-03-01T08:00:00Z');
    const options = { f: cron('TZ=UTC 0 9 * * *') };
    await register(options);
    await server.advance('59m');
    expect(await register(options)).toMatchObject({ modified: false });
    await server.advance('1m');
    await register(options);
    await server.advance('1 day');
    expect(due('f')).toEqual(['2027-03-01T09:00:00Z', '2027-03-02T09:00:00Z']);
  });

  it('with something else changed keeps the schedule', async () => {
    await goTo('2027-03-01T08:00:00Z');
    await register({ f: cron('TZ=UTC 0 9 * * *') });
    await server.advance('59m');
    await register({ f: { ...cron('TZ=UTC 0 9 * * *'), concurrency: 3 }, g: cron('TZ=UTC 0 9 * * *') });
    await server.advance('1 day');
    expect(due('f')).toEqual(['2027-03-01T09:00:00Z']);
    expect(due('g')).toEqual(['2027-03-01T09:00:00Z']);
    // Nothing of the first registration is left to fire.
    await register({});
    await server.advance('2 days');
    expect(due('f')).toHaveLength(1);
  });

  it('with another schedule follows that one, and without one stops', async () => {
    await goTo('2027-03-01T08:00:00Z');
    await register({ f: cron('TZ=UTC 0 9 * * *') });
    await server.advance('1 day');
    await register({ f: cron('TZ=UTC 0 10 * * *') });
    await server.advance('1 day');
    await register({ f: { triggers: [{ event: 'x' }] } });
    await server.advance('2 days');
    await register({ g: cron('TZ=UTC 0 9 * * *') });
    await register({});
    await server.advance('2 days');
    expect(runs['g']).toBeUndefined();
    expect(due('f')).toEqual(['2027-03-01T09:00:00Z', '2027-03-02T10:00:00Z']);
  });
});

it('starts one run where two schedules of a function are due at once', async () => {
  await goTo('2027-03-01T08:59:00Z');
  await register({ f: cron('TZ=UTC 0 9 * * *', 'TZ=UTC */30 9 * * *') });
  await server.advance('31m');
  expect(due('f')).toEqual(['2027-03-01T09:00:00Z', '2027-03-01T09:30:00Z']);
});

it('starts up to its jitter later, with the due time in the event', async () => {
  await goTo('2027-03-01T08:59:00Z');
  await register({ f: { triggers: [{ cron: 'TZ=UTC 0 * * * *', jitter: '5m' }] } });
  await server.advance('1m');
  expect(due('f')).toEqual([]);
  await server.advance('50m');
  const [event] = runs['f'] ?? [];
  expect(event?.data.scheduledAt).toBe('2027-03-01T09:00:00Z');
  const late = Date.parse(event?.data.fireAt) - Date.parse('2027-03-01T09:00:00Z');
  expect(late).toBeGreaterThanOrEqual(1000);
  expect(late).toBeLessThan(300_000);
});

it('is subject to flow control: a run that goes on keeps a singleton from starting', async () => {
  await goTo('2027-03-01T08:59:00Z');
  await app.serve(
    {
      f: ({ steps, event }) =>
        's' in steps ? handler('f')({ event } as RawRequest) : ops({ op: 'Sleep', id: 's', name: '90m' }),
    },
    { f: { ...cron('TZ=UTC 0 * * * *'), singleton: { mode: 'skip' } } },
  );
  await server.advance('4h');
  await server.settled(patience);
  expect(due('f')).toEqual(['2027-03-01T09:00:00Z', '2027-03-01T11:00:00Z']);
});

describe('a schedule', () => {
  const next = (expression: string, from: string): string | undefined => {
    const instant = new Schedule(expression).next(Date.parse(from));
    return instant === undefined ? undefined : new Date(instant).toISOString();
  };

  it.each([
    ['TZ=UTC 5/20 * * * *', '2027-01-01T00:30:00Z', '2027-01-01T00:45:00.000Z'],
    ['TZ=UTC ? ? ? ? ?', '2027-01-01T00:30:10Z', '2027-01-01T00:31:00.000Z'],
    ['TZ=UTC 0 0 13 * fri', '2027-01-01T00:00:00Z', '2027-01-08T00:00:00.000Z'],
    ['TZ=UTC 0 0 1,15 JAN-MAR *', '2027-01-15T00:00:00Z', '2027-02-01T00:00:00.000Z'],
    ['TZ=UTC 0 0 29 2 *', '2027-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['TZ=UTC 0 0 30 2 *', '2027-01-01T00:00:00Z', undefined],
    ['TZ=America/New_York 0 9 * * *', '2027-01-01T00:00:00Z', '2027-01-01T14:00:00.000Z'],
  ])('%s after %s', (expression, from, expected) => {
    expect(next(expression, from)).toBe(expected);
  });

  it.each([
    ['@daily'],
    ['* * * * * *'],
    ['0 9 * *'],
    ['0 9 * * 7'],
    ['0 9 L * *'],
    ['0 9 * * MON#2'],
    ['60 * * * *'],
    ['10-5 * * * *'],
    ['*/0 * * * *'],
    ['0 9 ** * *'],
    ['TZ=Mars/Base 0 9 * * *'],
  ])('cannot be %s', async expression => {
    expect(await register({ f: cron(expression) })).toMatchObject({
      status: 400,
      error: expect.stringContaining(`'${expression}' isn't a valid cron schedule`),
    });
  });

  it.each([
    [[{ cron: '0 9 * * *' }, { cron: '0 9 * * *', jitter: '9s' }], 'duplicate trigger 0 9 * * *'],
    [[{ cron: '0 9 * * *', jitter: '500ms' }], 'jitter must be at least 1s'],
    [[{ cron: '0 9 * * *', jitter: '6m' }], 'jitter must be less than or equal to 5m0s'],
    [[{ cron: '0 9 * * *', jitter: 'soon' }], "'soon' isn't a valid jitter duration"],
    [[{ cron: '0 9 * * *', event: 'x' }], 'cannot have both an event and a cron trigger'],
    [[{}], 'must supply an event name or a cron schedule'],
    [Array.from({ length: 11 }, (_, n) => ({ event: `e${n}` })), 'max number of triggers: 10'],
  ])('is refused among triggers %j', async (triggers, problem) => {
    expect(await register({ f: { triggers } })).toMatchObject({
      status: 400,
      error: expect.stringContaining(problem),
    });
  });
});
