import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onRealServer } from '../recordings/lib/server.js';
import { pause } from '../recordings/lib/session.js';
import { settleMs, stepId } from './lib/kit.js';
import { done, error, ops, RawApp, type RawAnswer } from './lib/raw.js';

/** Answers that an SDK gives rarely or never, so an app without one gives them. */
describe('traps, an app without an SDK', () => {
  let raw: Awaited<ReturnType<typeof RawApp.start>>;
  beforeAll(async () => {
    raw = await RawApp.start();
  });
  afterAll(() => raw?.stop());

  const failing = { op: 'StepError', id: stepId('s'), name: 's', displayName: 's', error: error('no') };

  test('trap 5: a StepError obeys the no-retry and retry-after headers of its answer', async () => {
    const soft = { 'x-inngest-no-retry': 'false', 'retry-after': '3' };
    await raw.register({
      final: (_, nth) =>
        nth === 1 ? { ...ops(failing), headers: { 'x-inngest-no-retry': 'true' } } : done(),
      waits: (_, nth) => (nth === 1 ? { ...ops(failing), headers: soft } : done()),
    });
    await Promise.all([raw.send('final'), raw.send('waits')]);
    const [, afterFinal] = await raw.until('final', 2);
    expect(afterFinal?.req.ctx.attempt).toBe(0);
    expect(afterFinal?.req.steps[failing.id]).toMatchObject({ error: { message: 'no' } });
    const [first, second] = await raw.until('waits', 2);
    expect(second?.req.ctx.attempt).toBe(1);
    // The header counts whole seconds, so up to one of them may already be over.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1900);
  });

  test('trap 6: a 4xx is final only if the no-retry header says so', async () => {
    const answer = (status: number, noRetry?: string): RawAnswer => ({
      status,
      body: error('refused'),
      headers: noRetry ? { 'x-inngest-no-retry': noRetry } : {},
    });
    await raw.register({
      bare404: (_, nth) => (nth === 1 ? answer(404) : done()),
      soft400: (_, nth) => (nth === 1 ? answer(400, 'false') : done()),
      hard400: () => answer(400, 'true'),
    });
    // What didn't come from the SDK says nothing about the function, whatever its status.
    const proxies: Record<string, number> = { proxy502: 502, proxy500: 500, proxy404: 404, proxy200: 200 };
    for (const [name, status] of Object.entries(proxies)) {
      const bare = { status, body: '<html>', bare: true };
      await raw.register({ [name]: (_, nth) => (nth === 1 ? bare : done()) });
    }
    const names = ['bare404', 'soft400', 'hard400', ...Object.keys(proxies)];
    await Promise.all(names.map(name => raw.send(name)));
    expect((await raw.until('bare404', 2)).map(call => call.req.ctx.attempt)).toEqual([0, 1]);
    expect((await raw.until('soft400', 2)).map(call => call.req.ctx.attempt)).toEqual([0, 1]);
    for (const name of Object.keys(proxies)) {
      expect(
        (await raw.until(name, 2)).map(call => call.req.ctx.attempt),
        name,
      ).toEqual([0, 1]);
    }
    await pause(settleMs);
    expect(raw.of('hard400')).toHaveLength(1);
  });

  test('trap 6: a run whose first calls failed says among its jobs how many they were', async () => {
    const gone = { status: 404, body: 'Not Found', bare: true };
    // The second call is under way while the jobs are read.
    await raw.register({ gone: (_, nth) => (nth === 1 ? gone : { ...done(), delayMs: 1500 }) });
    await raw.send('gone');
    const [call] = await raw.until('gone', 2);
    const listed = await fetch(`${raw.server.url}/v1/runs/${call?.req.ctx.run_id}/jobs`);
    expect(await listed.json()).toMatchObject({ data: [{ kind: 'start', attempt: 1 }] });
  });

  test('trap 10: two discoveries that both end a run end it once', async () => {
    const planned = (name: string) => ({ op: 'StepPlanned', id: stepId(name), name, displayName: name });
    const ran = (name: string) => ({ op: 'StepRun', id: stepId(name), name, displayName: name, data: name });
    const id = `${raw.namespace}raw-twice`;
    await raw.register({
      twice(call, nth) {
        if (nth === 1) return ops(planned('a'), planned('b'));
        if (call.target !== 'step') return ops(ran(call.target === stepId('a') ? 'a' : 'b'));
        // Both discoveries are out before either is answered.
        return { ...done('end'), delayMs: 500 };
      },
    });
    await raw.register({ 'twice-end': () => done() }, {}, { 'twice-end': [finishedOf(id)] });
    const eventId = await raw.send('twice');
    const calls = await raw.until('twice', 5);
    expect(calls.slice(3).map(call => call.target)).toEqual(['step', 'step']);
    await raw.until('twice-end', 1);
    await pause(settleMs * 3);
    expect(raw.of('twice-end')).toHaveLength(1);
    const listed = await fetch(`${raw.server.url}/v1/events/${eventId}/runs`);
    const rows = ((await listed.json()) as { data: { run_id: string }[] }).data;
    // The real server may list it several times.
    expect(new Set(rows.map(row => row.run_id)).size).toBe(1);
    if (!onRealServer) expect(rows).toHaveLength(1);
  });

  test('trap 21: whatever bodies come, the server answers and goes on', async () => {
    await raw.register(
      {
        html: () => ({ status: 200, body: '<html>not JSON</html>' }),
        broken: () => ({ status: 206, body: '[{"op":"StepRun"' }),
        unknown: () => ops({ op: 'NoSuchOpcode', id: stepId('x'), name: 'x' }),
        polluting: () => ({
          status: 206,
          body: '[{"op":"StepRun","id":"__proto__","data":{"__proto__":{"polluted":1}}}]',
        }),
        alive: () => done('alive'),
      },
      { html: 0, broken: 0, unknown: 0, polluting: 0 },
    );
    const nothings = [
      '',
      'null',
      '[]',
      '{',
      '"x"',
      '[[[[',
      '{"__proto__":{"polluted":1}}',
      '{"name":7,"data":[]}',
    ];
    const paths = [
      '/e/test',
      '/fn/register',
      '/v1/signals',
      `/v1/checkpoint/${'0'.repeat(26)}/async`,
      '/v0/gql',
      '/invoke/x',
    ];
    const places = [
      ...paths,
      '/v1/realtime/token',
      '/v1/realtime/publish?channel=c&topic=t',
      '/no/such/path',
    ];
    for (const path of places) {
      for (const body of nothings)
        expect((await raw.post(path, body)).status, `${path} ${body}`).toBeGreaterThan(199);
    }
    await Promise.all(['html', 'broken', 'unknown', 'polluting'].map(name => raw.send(name)));
    await raw.until('polluting', 1);
    await pause(settleMs);
    await raw.send('alive');
    await raw.until('alive', 1);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('trap 26: any event key, and apps on localhost, IPv4 or IPv6', async () => {
    await raw.register({ keyed: () => done() });
    const event = { name: `${raw.namespace}keyed`, data: {} };
    for (const key of ['anything', 'NO_EVENT_KEY_SET', '_-.~']) {
      expect((await raw.post(`/e/${key}`, event)).status, key).toBe(200);
    }
    await raw.until('keyed', 3);
    // The app listens at one address only, and is known by that address or by a name for it.
    const places = [...(await lookup('localhost', { all: true }))].map(({ address }) => [
      address,
      'localhost',
    ]);
    const loopbacks = Object.values(networkInterfaces())
      .flatMap(list => list ?? [])
      // An address that needs an interface's name beside it, as some systems give their loopback, is none for a URL.
      .filter(one => one.internal && !('scopeid' in one && one.scopeid));
    places.push(
      ...loopbacks.map(({ address, family }) => [address, family === 'IPv6' ? `[${address}]` : address]),
    );
    for (const [address = '', name = ''] of places) {
      const other = await raw.listenToo(address);
      const fn = `on ${address} as ${name}`;
      await raw.register({ [fn]: () => done() }, {}, {}, `http://${name}:${other.port}/api/inngest`);
      await raw.send(fn);
      await raw.until(fn, 1);
      await other.stop();
    }
  });
});

const finishedOf = (id: string) => ({
  event: 'inngest/function.finished',
  expression: `event.data.function_id == '${id}'`,
});
