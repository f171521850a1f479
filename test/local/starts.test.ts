/** `throttle`, `debounce` and `singleton`: which events start a run, and when. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Api, Definition, Pair } from './support/apps';
import { modes, startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair;
afterEach(async () => await pair.stop());

const flow = (options: Record<string, unknown>): Definition => ({
  id: 'flow',
  trigger: { event: 't/flow' },
  options,
  handler: ({ event }) => event.data,
});

const sleeper = (options: Record<string, unknown>): Definition => ({
  ...flow(options),
  handler: async ({ event, step }) => {
    await step.sleep('s', '1h');
    return event.data;
  },
});

const start = async (definition: Definition): Promise<void> => {
  pair = await startPair('v4', () => [definition]);
};

async function send(data: Record<string, unknown> = {}, rest: object = {}): Promise<string> {
  const id = await pair.send({ name: 't/flow', data, ...rest });
  await pair.server.settled();
  return id;
}

/** What the events of the function's runs carried, in the order of their first requests. */
const started = (): unknown[] =>
  pair
    .calls('flow')
    .filter(call => call.request.ctx.stack.current === 0)
    .map(call => call.request.event.data.n ?? call.request.event.data);

const statuses = async (ids: string[]): Promise<string[][]> =>
  await Promise.all(ids.map(async id => (await pair.runsOf(id)).map(run => run.status)));

describe('throttle', () => {
  it('starts one run at a time, the others later, in their order', async () => {
    await start(flow({ throttle: { limit: 1, period: '10s' } }));
    const ids = [await send({ n: 1 }), await send({ n: 2 }), await send({ n: 3 })];
    expect(started()).toEqual([1]);
    expect(await statuses(ids)).toEqual([['Completed'], ['Scheduled'], ['Scheduled']]);
    await pair.server.advance(9_999);
    expect(started()).toEqual([1]);
    await pair.server.advance(1);
    expect(started()).toEqual([1, 2]);
    await pair.server.advance('9s');
    await send({ n: 4 });
    expect(started()).toEqual([1, 2]);
    await pair.server.advance('11s');
    expect(started()).toEqual([1, 2, 3, 4]);
    expect(await statuses(ids)).toEqual([['Completed'], ['Completed'], ['Completed']]);
  });

  it('lets the limit and the burst start at once, and spreads those that follow over the period', async () => {
    await start(flow({ throttle: { limit: 2, burst: 1, period: '6s' } }));
    for (const n of [1, 2, 3, 4, 5]) await send({ n });
    expect(started()).toEqual([1, 2, 3]);
    await pair.server.advance(2_999);
    expect(started()).toEqual([1, 2, 3]);
    await pair.server.advance(1);
    expect(started()).toEqual([1, 2, 3, 4]);
    await pair.server.advance('3s');
    expect(started()).toEqual([1, 2, 3, 4, 5]);
  });

  it('counts by key', async () => {
    await start(flow({ throttle: { limit: 1, period: '1m', key: 'event.data.user' } }));
    for (const [n, user] of ['a', 'a', 'b', 'b'].entries()) await send({ n, user });
    expect(started()).toEqual([0, 2]);
    await pair.server.advance('1m');
    expect(started().sort()).toEqual([0, 1, 2, 3]);
  });

  it('counts starts only: what a run does later is not held up', async () => {
    await start(sleeper({ throttle: { limit: 1, period: '6h' } }));
    const id = await send({ n: 1 });
    await send({ n: 2 });
    await pair.server.advance('1h');
    expect(await statuses([id])).toEqual([['Completed']]);
    expect(started()).toEqual([1]);
  });

  it('keeps the id of an event that has to wait: a second one of that id starts nothing', async () => {
    await start(flow({ throttle: { limit: 1, period: '1m' } }));
    await send({ n: 1 });
    await send({ n: 2 }, { id: 'once' });
    await send({ n: 3 }, { id: 'once' });
    await pair.server.advance('1h');
    expect(started()).toEqual([1, 2]);
  });
});

describe('debounce', () => {
  it('starts one run, with the last event, once none has come for the period', async () => {
    await start(flow({ debounce: { period: '10s' } }));
    const ids = [await send({ n: 1 })];
    await pair.server.advance('9s');
    ids.push(await send({ n: 2 }));
    await pair.server.advance('9s');
    ids.push(await send({ n: 3 }));
    await pair.server.advance(9_999);
    expect(started()).toEqual([]);
    await pair.server.advance(1);
    expect(started()).toEqual([3]);
    expect(await statuses(ids)).toEqual([[], [], ['Completed']]);
    await send({ n: 4 });
    await pair.server.advance('10s');
    expect(started()).toEqual([3, 4]);
  });

  it('is put off no longer than the timeout, counted from the first event', async () => {
    await start(flow({ debounce: { period: '10s', timeout: '25s' } }));
    for (const n of [1, 2, 3, 4]) {
      await send({ n });
      await pair.server.advance('8s');
    }
    expect(started()).toEqual([4]);
    await pair.server.advance('1m');
    expect(started()).toEqual([4]);
  });

  it('holds events back by key', async () => {
    await start(flow({ debounce: { period: '10s', key: 'event.data.user' } }));
    for (const [n, user] of ['a', 'b', 'a', 'b', 'c'].entries()) await send({ n, user });
    await pair.server.advance('10s');
    expect(started().sort()).toEqual([2, 3, 4]);
  });

  it('is not moved by an event that is older than the one held back', async () => {
    await start(flow({ debounce: { period: '10s' } }));
    await send({ n: 1 });
    await pair.server.advance('5s');
    await send({ n: 0 }, { ts: pair.server.now() - 60_000 });
    await pair.server.advance('5s');
    expect(started()).toEqual([1]);
  });

  it("does not look at an event's id, as the real server does not", async () => {
    await start(flow({ debounce: { period: '10s' } }));
    for (const n of [1, 2]) {
      await send({ n }, { id: 'once' });
      await pair.server.advance('10s');
    }
    expect(started()).toEqual([1, 2]);
  });

  it('starts nothing of a function that is gone when the period is over', async () => {
    await start(flow({ debounce: { period: '10s' } }));
    await send({ n: 1 });
    const body = JSON.stringify({ url: pair.app.url, appName: 'app', sdk: 'js:x', functions: [] });
    await fetch(`${pair.server.url}/fn/register`, { method: 'POST', body });
    await pair.server.advance('1m');
    expect(started()).toEqual([]);
  });
});

describe('singleton', () => {
  it('in mode skip drops what comes while a run goes on', async () => {
    await start(sleeper({ singleton: { mode: 'skip' } }));
    const ids = [await send({ n: 1 }), await send({ n: 2 })];
    await pair.server.advance('59m');
    ids.push(await send({ n: 3 }));
    expect(started()).toEqual([1]);
    await pair.server.advance('1m');
    ids.push(await send({ n: 4 }));
    expect(started()).toEqual([1, 4]);
    expect(await statuses(ids)).toEqual([['Completed'], [], [], ['Running']]);
  });

  it('in mode cancel cancels the run that goes on', async () => {
    await start(sleeper({ singleton: { mode: 'cancel' } }));
    const ids = [await send({ n: 1 }), await send({ n: 2 })];
    await pair.server.advance('1h');
    ids.push(await send({ n: 3 }));
    expect(started()).toEqual([1, 2, 3]);
    expect(await statuses(ids)).toEqual([['Cancelled'], ['Completed'], ['Running']]);
  });

  it('counts by key, and not where the key is false or missing', async () => {
    await start(sleeper({ singleton: { mode: 'skip', key: 'event.data.user' } }));
    for (const [n, user] of ['a', 'a', 'b', 7, 7, false, false].entries()) await send({ n, user });
    await send({ n: 7 });
    await send({ n: 8 });
    expect(started()).toEqual([0, 2, 3, 5, 6, 7, 8]);
  });

  it('leaves the id of a dropped event free', async () => {
    await start(sleeper({ singleton: { mode: 'skip' } }));
    await send({ n: 1 });
    await send({ n: 2 }, { id: 'again' });
    await pair.server.advance('1h');
    await send({ n: 2 }, { id: 'again' });
    await pair.server.advance('1h');
    await send({ n: 2 }, { id: 'again' });
    expect(started()).toEqual([1, 2]);
  });

  const parent = ({ ref }: Api): Definition => ({
    id: 'parent',
    trigger: { event: 't/parent' },
    handler: async ({ step }) =>
      await step
        .invoke('i', { function: ref('flow'), data: { n: 'child' } })
        .catch((error: Error) => error.name),
  });

  it.each(modes)('lets who invokes a skipped function wait, as the real server does (%s)', async mode => {
    pair = await startPair(mode, api => [sleeper({ singleton: { mode: 'skip' } }), parent(api)]);
    await send({ n: 1 });
    const [run] = await pair.run({ name: 't/parent' });
    await pair.server.advance('30 days');
    const row = (await (await fetch(`${pair.server.url}/v1/runs/${run?.run_id}`)).json()).data;
    expect(row).toMatchObject({ status: 'Running', ended_at: null });
  });
});
