import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { get, post } from './support/apps';
import { ops, startRawApp } from './support/raw-app';
import type { RawAnswer, RawApp, RawHandler } from './support/raw-app';
import { stillClock } from './support/still-clock';
import measured from './fixtures/opcodes.json';

// What a real server sent to an app that answers exactly this; `measured` has its requests and the end.
const run = (id: string, data: unknown = 1, more = {}) => ({ op: 'StepRun', id, name: id, data, ...more });
const sleep = (id: string, name = '1s') => ({ op: 'Sleep', id, name });
const planned = (id: string, more = {}) => ({ op: 'StepPlanned', id, name: id, ...more });
const failed = (op: string, id: string, more = {}) => ({
  op,
  id,
  name: id,
  error: { name: 'N', message: 'm' },
  ...more,
});
const rich = { name: 'N', message: 'm', stack: 'st', cause: { a: 1 }, code: 'X', data: { d: 1 }, extra: 1 };
const signal = { op: 'WaitForSignal', id: 'w', name: 's', opts: { signal: 's1', timeout: '1s' } };
const gateway = { op: 'Gateway', id: 'g', name: 'g', opts: { url: 'http://127.0.0.1:1/x', method: 'GET' } };
const wait = (timeout: string) => ({
  op: 'WaitForEvent',
  id: 'w',
  name: 'nope',
  opts: { event: 'nope', timeout },
});
const race = { opts: { parallelMode: 'race' } };
const done: RawAnswer = [200, '"done"'];
const version1 = ([status, body]: RawAnswer): RawAnswer => [status, body, { 'x-inngest-req-version': '1' }];

const once =
  (...list: unknown[]): RawHandler =>
  (_request, call) =>
    call === 1 ? ops(...list) : done;
const until =
  (id: string, ...list: unknown[]): RawHandler =>
  ({ steps }) =>
    id in steps ? done : ops(...list);
const parallel =
  (first: RawAnswer, more = {}): RawHandler =>
  ({ steps }, _call, target) => {
    if (target === 'p1') return first;
    if (target === 'p2') return ops(run('p2', 1, more));
    if (steps['p1'] && steps['p2']) return done;
    return steps['p1'] && 'opts' in more
      ? ops(planned('p2', more))
      : ops(planned('p1', more), planned('p2', more));
  };

const functions: Record<keyof typeof measured, RawHandler> = {
  multirun: once(run('a'), run('b', 2)),
  runandsleep: ({ steps }, call) =>
    call === 1 ? ops(run('a'), sleep('z')) : 'z' in steps ? done : ops(sleep('z')),
  sameid: (_request, call) => (call < 3 ? ops(run('a', call)) : done),
  legacyStep: once({ op: 'Step', id: 'a', name: 'a', data: { data: 5 } }),
  stepNull: once({ op: 'StepRun', id: 'a', name: 'a' }),
  stepErrData: (_request, call) =>
    call < 3 ? ops(failed('StepError', 'e', { data: { foo: 1 }, error: rich })) : done,
  stepFailed: once(failed('StepFailed', 'e')),
  stepErrNoRetry: (_request, call) => {
    const [status, body] = ops(failed('StepError', 'e'));
    return call === 1 ? [status, body, { 'x-inngest-no-retry': 'true' }] : done;
  },
  disc: once({ op: 'DiscoveryRequest', id: 'd' }),
  none: once({ op: 'None' }),
  noneid: once({ op: 'None', id: 'q' }),
  single: (_request, call) => (call === 1 ? [206, JSON.stringify(run('a'))] : done),
  plan2: parallel(ops(run('p1'))),
  plan1: ({ steps }, _call, target) =>
    target === 'p1' ? ops(run('p1')) : steps['p1'] ? done : ops(planned('p1')),
  planerr: parallel(ops(failed('StepError', 'p1'))),
  planthrow: parallel([500, '{"name":"E","message":"m"}']),
  waitnull: until('w', wait('1s')),
  waitempty: until('w', wait('')),
  waitdup: until('w', wait('1s'), sleep('z', '2s')),
  sig: until('w', signal),
  fetcherr: until('g', gateway),
  race: parallel(ops(run('p1', 1, race)), race),
  sleeppast: until('z', sleep('z', '2020-01-01T00:00:00Z')),
  failretryafter: (_request, call) => (call === 1 ? [500, '{"message":"x"}', { 'retry-after': '2' }] : done),
  v1plan: (...args) => version1(parallel(ops(run('p1')))(...args) as RawAnswer),
};

stillClock();

let server: LocalServer;
let app: RawApp;
beforeEach(async () => {
  server = await startLocalServer({ port: 0, retryDelay: () => 1000 });
  app = await startRawApp(server);
});
afterEach(async () => {
  await server.stop();
  await app.stop();
});

/** Steps that run side by side have no order of their own, nor has what the first of them finds complete. */
const timed = new Set<string>(['race', 'v1plan']);
const unordered = (name: string, requests: string[]): string[] =>
  requests.map(request => (timed.has(name) ? request.replace(/of .*/, '') : request)).sort();

it.each(Object.keys(functions) as (keyof typeof measured)[])('%s', async name => {
  const requests: string[] = [];
  const discoveries = { count: 0 };
  await app.serve({
    f: (request, _call, target) => {
      const { attempt, generation_id, disable_immediate_execution, stack } = request.ctx;
      const mode = disable_immediate_execution ? 'plan' : 'execute';
      const ids = [...stack.stack].sort().join(' ');
      const steps = JSON.stringify(request.steps);
      requests.push(
        `${target} attempt ${attempt} generation ${generation_id} ${mode} version ${request.version} after ${stack.current} of [${ids}] ${steps}`,
      );
      if (target === 'step') discoveries.count += 1;
      return functions[name](request, discoveries.count, target);
    },
  });
  const { ids } = await post(`${server.url}/e/k`, { name: 'f' });
  await server.advance('10s');
  const [row] = (await get(`${server.url}/v1/events/${ids[0]}/runs`)).data;
  expect(unordered(name, requests)).toEqual(unordered(name, measured[name].requests));
  expect(row.ended_at === null ? null : row.status).toBe(measured[name].end);
});

it('each op of an answer has its effect, also where another one fails', async () => {
  const steps: unknown[] = [];
  await app.serve({
    f: (request, call) => {
      steps.push(request.steps);
      return call === 1 ? ops(failed('StepError', 'bad'), run('good')) : done;
    },
  });
  await post(`${server.url}/e/k`, { name: 'f' });
  await server.advance('10s');
  expect(steps[1]).toEqual({ good: { data: 1 } });
});

it('requests that the server makes for an app go out side by side', async () => {
  // Nobody is answered before all three have asked: requests that took turns would never end.
  const asking: http.ServerResponse[] = [];
  const target = http.createServer((_request, response) => {
    if (asking.push(response) === 3) for (const one of asking) one.end('ok');
  });
  await new Promise<void>(resolve => void target.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
  const three = ['a', 'b', 'c'].map(id => ({ op: 'Gateway', id, name: id, opts: { url, method: 'GET' } }));
  await app.serve({ f: ({ steps }) => (Object.keys(steps).length < 3 ? ops(...three) : done) });
  const { ids } = await post(`${server.url}/e/k`, { name: 'f' });
  await server.settled();
  target.closeAllConnections();
  target.close();
  expect((await get(`${server.url}/v1/events/${ids[0]}/runs`)).data).toMatchObject([{ status: 'Completed' }]);
  expect(asking).toHaveLength(3);
});
