import { afterEach, describe, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import { defaultRetryDelay } from '../../src/local/queue/backoff';
import { Random } from '../../src/local/random';
import type { Api, Definition, Pair } from './support/apps';
import { startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair | undefined;
afterEach(async () => {
  await pair?.stop();
  pair = undefined;
});

const hour = 3_600_000;
const day = 24 * hour;

describe('advance', () => {
  it('runs what falls due, in the order of time, and nothing later', async () => {
    const order: string[] = [];
    pair = await startPair('v4', () => [
      {
        id: 'sleeps',
        trigger: { event: 't/sleeps' },
        handler: async ({ step, event }) => {
          for (const [index, length] of event.data.lengths.entries()) {
            await step.sleep(`s${index}`, length);
            await step.run(`after ${index}`, () => void order.push(`${event.data.name}${index}`));
          }
        },
      },
    ]);
    await pair.send({ name: 't/sleeps', data: { name: 'a', lengths: ['5d', '5d'] } });
    await pair.send({ name: 't/sleeps', data: { name: 'b', lengths: ['6d', '300d'] } });
    const before = pair.server.now();
    await pair.server.advance('5 days');
    expect(order).toEqual(['a0']);
    await pair.server.advance('2 weeks');
    expect(order).toEqual(['a0', 'b0', 'a1']);
    await pair.server.advance('1 hour');
    await pair.server.advance(300 * day);
    expect(order).toEqual(['a0', 'b0', 'a1', 'b1']);
    expect(pair.server.now() - before).toBeGreaterThanOrEqual(319 * day + hour);
    expect(pair.server.now() - before).toBeLessThan(319 * day + hour + 60_000);
  });

  it('shows functions and rows the advanced time', async () => {
    pair = await startPair('v4', () => [{ id: 'f', trigger: { event: 't/f' }, handler: () => 1 }]);
    const wall = Date.now();
    await pair.server.advance('400 days');
    const [run] = await pair.run({ name: 't/f' });
    expect(Date.parse(run?.ended_at ?? '') - wall).toBeGreaterThanOrEqual(400 * day);
  });

  it('refuses what is no duration', async () => {
    pair = await startPair('v4', () => []).catch(() => undefined);
    const server = await startLocalServer({ port: 0 });
    for (const bad of ['', 'soon', '5 parsecs', -1, Number.NaN]) {
      await expect(server.advance(bad)).rejects.toMatchObject({ code: 'INVALID_DURATION' });
    }
    await server.stop();
  });
});

const waits = ({ ref }: Api): Definition[] => [
  {
    id: 'waits',
    trigger: { event: 't/waits' },
    handler: async ({ step }) =>
      await step.waitForEvent('w', { event: 't/go', timeout: '30d', if: 'async.data.ok' }),
  },
  {
    id: 'signal',
    trigger: { event: 't/signal' },
    handler: async ({ step }) => await step.waitForSignal('s', { signal: 'sig', timeout: '1d' }),
  },
  {
    id: 'invokes',
    trigger: { event: 't/invokes' },
    handler: async ({ step }) =>
      await step
        .invoke('i', { function: ref('sleeper'), data: {}, timeout: '1h' })
        .catch((error: Error) => `${error.name}: ${error.message}`),
  },
  {
    id: 'sleeper',
    trigger: { event: 't/sleeper' },
    handler: async ({ step }) => void (await step.sleep('s', '2h')),
  },
];

describe('waiting', () => {
  it('ends a wait for an event at its timeout with null, or before with the event', async () => {
    pair = await startPair('v4', waits);
    const first = await pair.send({ name: 't/waits' });
    await pair.server.settled();
    await pair.send({ name: 't/go', data: { ok: false } });
    await pair.server.advance('29d');
    expect((await pair.runsOf(first))[0]).toMatchObject({ status: 'Running', ended_at: null });
    const second = await pair.send({ name: 't/waits' });
    await pair.server.advance('2d');
    expect((await pair.runsOf(first))[0]).toMatchObject({ status: 'Completed', output: null });
    await pair.send({ name: 't/go', data: { ok: true } });
    await pair.server.settled();
    expect((await pair.runsOf(second))[0]).toMatchObject({
      status: 'Completed',
      output: { name: 't/go', data: { ok: true } },
    });
  });

  it('ends a wait for a signal at its timeout, or with the data', async () => {
    pair = await startPair('v4', waits);
    const id = await pair.send({ name: 't/signal' });
    await pair.server.settled();
    const signal = async (): Promise<Response> =>
      await fetch(`${pair?.server.url}/v1/signals`, {
        method: 'POST',
        body: JSON.stringify({ signal: 'sig', data: { n: 1 } }),
      });
    expect((await signal()).status).toBe(200);
    await pair.server.settled();
    expect((await pair.runsOf(id))[0]?.output).toEqual({ data: { n: 1 }, signal: 'sig' });
    const late = await pair.send({ name: 't/signal' });
    await pair.server.advance('25h');
    expect((await pair.runsOf(late))[0]).toMatchObject({ status: 'Completed', output: null });
    expect((await signal()).status).toBe(404);
  });

  it('gives up an invocation at its timeout, while the child goes on', async () => {
    pair = await startPair('v4', waits);
    const id = await pair.send({ name: 't/invokes' });
    await pair.server.advance('61m');
    expect((await pair.runsOf(id))[0]?.output).toBe(
      'InngestInvokeTimeoutError: Timed out waiting for invoked function to complete',
    );
    const child = pair.calls('sleeper')[0]?.request.ctx.run_id;
    await pair.server.advance('1h');
    const row = await (await fetch(`${pair.server.url}/v1/runs/${child}`)).json();
    expect(row).toMatchObject({ data: { status: 'Completed' } });
  });

  it('starts a run of a future event when its time comes', async () => {
    pair = await startPair('v4', () => [{ id: 'f', trigger: { event: 't/f' }, handler: () => 'ran' }]);
    const id = await pair.send({ name: 't/f', ts: pair.server.now() + 3 * hour });
    await pair.server.advance('2h');
    expect(pair.calls('f')).toHaveLength(0);
    await pair.server.advance('61m');
    expect((await pair.runsOf(id))[0]).toMatchObject({ status: 'Completed', output: 'ran' });
  });
});

describe('retries', () => {
  it("wait as Inngest's table says, with up to 30 s on top", () => {
    const delay = defaultRetryDelay(new Random(1));
    const table = [15, 30, 60, 120, 300, 600, 1200, 2400, 3600, 7200, 7200, 7200];
    for (const [index, seconds] of table.entries()) {
      for (let i = 0; i < 50; i++) {
        const ms = delay(index + 1);
        expect(ms).toBeGreaterThanOrEqual(seconds * 1000);
        expect(ms).toBeLessThanOrEqual((seconds + 30) * 1000);
      }
    }
  });

  const failing = (): Definition[] => [
    {
      id: 'fails',
      trigger: { event: 't/fails' },
      options: { retries: 2 },
      handler: async ({ step }) => {
        await step.run('bad', () => {
          throw new Error('bad');
        });
      },
    },
  ];

  it('happen when their time has come', async () => {
    pair = await startPair('v4', failing, { retryDelay: undefined as never });
    const id = await pair.send({ name: 't/fails' });
    await pair.server.settled();
    expect(pair.calls('fails')).toHaveLength(1);
    await pair.server.advance('14s');
    expect(pair.calls('fails')).toHaveLength(1);
    await pair.server.advance('32s');
    expect(pair.calls('fails')).toHaveLength(2);
    await pair.server.advance('61s');
    expect((await pair.runsOf(id))[0]?.status).toBe('Failed');
    expect(pair.calls('fails').map(call => call.request.ctx.attempt)).toEqual([0, 1, 2, 0]);
  });

  it('wait as long as retry-after says, between 1 s and a day', async () => {
    let asked = '3s';
    pair = await startPair(
      'v4',
      ({ sdk }) => [
        {
          id: 'later',
          trigger: { event: 't/later' },
          options: { retries: 1 },
          handler: ({ attempt }) => {
            if (attempt === 0) throw new sdk.RetryAfterError('later', asked);
            return 'ok';
          },
        },
      ],
      { retryDelay: () => 999 * day },
    );
    const calls = (): number => pair?.calls('later').length ?? 0;
    await pair.send({ name: 't/later' });
    await pair.server.advance('1s');
    expect(calls()).toBe(1);
    await pair.server.advance('3s');
    expect(calls()).toBe(2);
    asked = '100d';
    await pair.send({ name: 't/later' });
    await pair.server.advance('23h');
    expect(calls()).toBe(3);
    await pair.server.advance('2h');
    expect(calls()).toBe(4);
  });
});
