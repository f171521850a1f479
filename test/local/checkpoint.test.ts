/* eslint-disable @typescript-eslint/no-explicit-any -- bodies are whatever a test makes of them */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { get, post } from './support/apps';
import { ops, startRawApp } from './support/raw-app';
import type { RawApp, RawRequest } from './support/raw-app';
import { stillClock } from './support/still-clock';

stillClock();

let server: LocalServer;
let app: RawApp;

beforeEach(async () => {
  server = await startLocalServer({ port: 0, retryDelay: () => 0 });
  app = await startRawApp(server);
});
afterEach(async () => {
  await server.stop();
  await app.stop();
});

const step = (id: string, data: unknown) => ({ op: 'StepRun', id, name: id, data });

async function save(request: RawRequest, steps: unknown[], change: object = {}): Promise<[number, any]> {
  const { run_id, fn_id, qi_id, request_id, generation_id } = request.ctx;
  const body = {
    run_id,
    fn_id,
    qi_id,
    request_id,
    generation_id,
    request_started_at: Date.now(),
    steps,
    ...change,
  };
  const answer = await fetch(`${server.url}/v1/checkpoint/${run_id}/async`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  return [answer.status, text === '' ? '' : JSON.parse(text)];
}

const longAgo = { request_started_at: 1 };

async function rowOf(event: string): Promise<any> {
  const { ids } = await post(`${server.url}/e/k`, { name: event });
  await server.settled();
  return (await get(`${server.url}/v1/events/${ids[0]}/runs`)).data[0];
}

it('saves steps in the order in which they came, the first result of each', async () => {
  let second: RawRequest | undefined;
  await app.serve({
    f: async (request, call) => {
      if (call > 1) return ((second = request), [200, '1']);
      expect(await save(request, [step('b', 1), step('a', { x: null })])).toEqual([200, '']);
      expect(await save(request, [step('b', 2)])).toEqual([200, '']);
      return ops({ op: 'DiscoveryRequest', id: 'd' });
    },
  });
  expect(await rowOf('f')).toMatchObject({ status: 'Completed' });
  expect(second?.steps).toEqual({ a: { data: { x: null } }, b: { data: 1 } });
  expect(second?.ctx).toMatchObject({ stack: { stack: ['b', 'a'], current: 2 } });
});

it('gives every step its own attempts: a saved step resets those of the request', async () => {
  const attempts: number[] = [];
  await app.serve({
    f: async (request, call) => {
      attempts.push(request.ctx.attempt);
      if (call < 4) await save(request, [step(`s${call}`, 1)]);
      return call < 6 ? [500, '{"message":"no"}'] : [200, '1'];
    },
  });
  expect(await rowOf('f')).toMatchObject({ status: 'Failed' });
  // Two attempts each: the fourth request is the first one that saves nothing.
  expect(attempts).toEqual([0, 1, 1, 1]);
});

it('refuses a request that has been given up, once it is old enough to be', async () => {
  const replies: [number, any][] = [];
  let zombie: RawRequest | undefined;
  await app.serve({
    f: async (request, call) => {
      if (call === 1) {
        zombie = request;
        return [500, '{"message":"crashed"}'];
      }
      const old = zombie as RawRequest;
      replies.push(await save(old, [step('young', 1)]));
      replies.push(await save(old, [step('old', 1)], longAgo));
      replies.push(await save(request, [step('current', 1)], longAgo));
      replies.push(await save(request, [step('nobody', 1)], { ...longAgo, qi_id: 'bm9wZTo6ZGVmYXVsdA==' }));
      return [200, JSON.stringify(request.ctx.generation_id)];
    },
  });
  const row = await rowOf('f');
  expect(row).toMatchObject({ status: 'Completed', output: 2 });
  expect(replies.map(([status]) => status)).toEqual([200, 409, 200, 409]);
  expect(replies[1]?.[1]).toEqual({
    data: { run_id: row.run_id },
    error: 'stale dispatch: dispatch generation 1 does not match queue item generation 2',
    status: 409,
  });
  expect(replies[3]?.[1]).toMatchObject({ error: 'stale dispatch: queue item not found' });
});

it('refuses what is no step of its own, and runs that have ended', async () => {
  const replies: [number, any][] = [];
  let last: RawRequest | undefined;
  await app.serve({
    f: async request => {
      last = request;
      replies.push(await save(request, [{ op: 'Sleep', id: 'z', name: '1s' }]));
      replies.push(await save(request, [{ op: 'Bogus', id: 'z' }]));
      replies.push(await save(request, [step('big', 'x'.repeat(4_200_000))]));
      return [200, '1'];
    },
  });
  expect(await rowOf('f')).toMatchObject({ status: 'Completed' });
  expect(replies.map(([status, body]) => [status, body.error])).toEqual([
    [400, 'cannot checkpoint async steps'],
    [400, 'cannot checkpoint opcode: Bogus'],
    [413, 'step big output too large: step output size is greater than the limit'],
  ]);
  expect((await save(last as RawRequest, [step('late', 1)]))[1]).toMatchObject({
    error: 'run not found in state store',
    status: 400,
  });
});
