/** What a connection costs where somebody is late or gone: times of the local server's own, and what it tells its observer. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConnectTimes, connectTimes } from '../../src/local/connect/times';
import type { LocalServerOptions, ServerActivity } from '../../src/local';
import { RunningServer } from '../../src/local/server';
import { until } from '../support/until';
import { ScriptedWorker, type WorkerSettings, connectedFunction } from './support/scripted-worker';

const app = 'late';
let server: RunningServer;
let told: ServerActivity[];
let workers: ScriptedWorker[];

beforeEach(() => {
  told = [];
  workers = [];
});
afterEach(async () => {
  for (const { socket } of workers) socket.terminate();
  await server.stop();
});

async function serve(times: Partial<ConnectTimes> = {}, options: LocalServerOptions = {}): Promise<void> {
  const onActivity = (activity: ServerActivity) => told.push(activity);
  server = new RunningServer(
    { port: 0, retryDelay: () => 20, onActivity, ...options },
    { connectTimes: { ...connectTimes, ...times } },
  );
  await server.start();
}

async function connect(settings: Partial<WorkerSettings> = {}): Promise<ScriptedWorker> {
  const functions = [connectedFunction('late-work', 'late/go', 1)];
  const worker = await ScriptedWorker.connect(server.url, { app, functions, ...settings });
  workers.push(worker);
  return worker;
}

async function start(): Promise<void> {
  await fetch(`${server.url}/e/key`, { method: 'POST', body: JSON.stringify({ name: 'late/go', data: {} }) });
}

const end = () => until(() => told.find(({ type }) => type === 'run.ended'));

test('a worker that took a request and does not come back costs an attempt; another one gets the next', async () => {
  await serve({ comeBack: 50 });
  const lost = await connect({ instanceId: 'one' });
  await start();
  lost.acknowledge(await lost.request());
  lost.extend(lost.given[0]!, lost.given[0]!.leaseId);
  await lost.hear('WORKER_REQUEST_EXTEND_LEASE_ACK');
  lost.socket.terminate();
  const other = await connect({ instanceId: 'two' });
  const request = await other.request();
  expect(request.body.ctx.attempt).toBe(1);
  other.acknowledge(request);
  other.reply(request, 'DONE', null);
  expect(await end()).toMatchObject({ status: 'Completed' });
  expect(told.find(({ type }) => type === 'run.retried')).toMatchObject({
    error: { message: expect.stringContaining('The worker stopped responding to the request.') },
  });
});

test('a worker that goes on without extending its lease loses it, and its late answer does nothing', async () => {
  await serve({ lease: 50 });
  const slow = await connect({ functions: [connectedFunction('late-work', 'late/go', 20)] });
  await start();
  // On a busy machine a lease may run out before the worker's word is read: then the same request comes again.
  const acknowledged = new Set<unknown>();
  const next = await until(() => {
    for (const request of slow.given.filter(one => !acknowledged.has(one))) {
      acknowledged.add(request);
      slow.acknowledge(request);
    }
    return slow.given.find(({ body }) => body.ctx.attempt > 0);
  });
  const late = slow.given[0]!;
  expect(late.requestId).not.toBe(next.requestId);
  slow.reply(late, 'DONE', 'late');
  expect(await slow.hear('WORKER_REPLY_ACK', 'WorkerReplyAckData')).toEqual({ requestId: late.requestId });
  const answered = new Set<unknown>();
  await until(() => {
    for (const request of slow.given.filter(({ body }) => body.ctx.attempt > 0)) {
      if (answered.has(request)) continue;
      answered.add(request);
      slow.reply(request, 'DONE', 'in time');
    }
    return told.some(({ type }) => type === 'run.ended');
  });
  expect(await end()).toMatchObject({ status: 'Completed', output: '"in time"' });
});

test('a request that a worker never takes is given to one three times, then it failed', async () => {
  await serve({ lease: 20 });
  const deaf = await connect({ functions: [connectedFunction('late-work', 'late/go', 0)] });
  await start();
  expect(await end()).toMatchObject({ status: 'Failed' });
  expect(deaf.given).toHaveLength(3);
});

test('where no worker is connected, a request waits for one', async () => {
  await serve();
  const first = await connect();
  first.socket.terminate();
  await until(() => told.find(({ type }) => type === 'app.failed'));
  await start();
  await until(() => server.unfinishedRuns === 1);
  const next = await connect();
  const request = await next.request();
  expect(request.body.ctx.attempt).toBe(0);
});

test('where none comes, the run is told so', async () => {
  await serve({ noWorker: 30 });
  const gone = await connect({ functions: [connectedFunction('late-work', 'late/go', 0)] });
  gone.socket.terminate();
  await until(() => told.find(({ type }) => type === 'app.failed'));
  await start();
  const error = { message: expect.stringContaining('Could not find a healthy connection') };
  expect(await end()).toMatchObject({ status: 'Failed', error });
});

test('a worker that gives no sign of life is dropped, and one that does is not', async () => {
  await serve({ heartbeat: 40 });
  const silent = await connect({ instanceId: 'one' });
  const alive = await connect({ instanceId: 'two' });
  const beat = setInterval(() => alive.send('WORKER_HEARTBEAT'), 5);
  await silent.end();
  clearInterval(beat);
  expect(alive.closed).toBeUndefined();
});

test('who does not say in time who it is, is dropped', async () => {
  await serve({ hello: 20 });
  const { worker } = await ScriptedWorker.open(server.url);
  workers.push(worker);
  expect(await worker.end()).toEqual({ code: 1008, reason: 'connect_worker_hello_timeout' });
});

test('functions that are no good are refused with the reason, and the observer is told', async () => {
  await serve();
  const { worker, start: begin } = await ScriptedWorker.open(server.url);
  workers.push(worker);
  worker.introduce(begin, { app, functions: [{ id: 'late-work', triggers: [] }] });
  const { code, reason } = await worker.end();
  expect(code).toBe(1008);
  expect(reason).toContain('late-work');
  expect(told).toMatchObject([{ type: 'app.failed', code: 'APP_REFUSED' }]);
});

test('the observer is told when an app is there, has no worker any more, and is back', async () => {
  await serve();
  const [one, two] = [await connect({ instanceId: 'one' }), await connect({ instanceId: 'two' })];
  one.socket.terminate();
  two.socket.terminate();
  await until(() => told.length === 2);
  await connect();
  await until(() => told.length === 3);
  expect(told).toMatchObject([
    { type: 'app.synced', app, sdk: 'typescript:v4.24.0', functions: ['late-work'] },
    { type: 'app.failed', code: 'APP_UNREACHABLE' },
    { type: 'app.back' },
  ]);
});

test('a server that stops says so to its workers', async () => {
  await serve();
  const worker = await connect();
  await start();
  worker.acknowledge(await worker.request());
  await server.stop();
  await worker.hear('GATEWAY_CLOSING');
  expect(await worker.end()).toEqual({ code: 1001, reason: 'connect_gateway_closing' });
});

test('a server with a key lets in only workers that have it', async () => {
  await serve({}, { signingKey: '0123456789abcdef' });
  await expect(connect()).rejects.toThrow('401');
  await expect(connect({ key: 'abcd' })).rejects.toThrow('401');
  await connect({ key: '0123456789abcdef' });
});

test('a request that a fault doubles is executed twice, and its first answer counts', async () => {
  await serve();
  server.faults.add({ action: { kind: 'duplicate' }, times: 1 });
  const worker = await connect();
  await start();
  await worker.request(2);
  const [first, second] = worker.given;
  expect(second?.requestId).toBe(first?.requestId);
  for (const request of worker.given) {
    worker.acknowledge(request);
    worker.reply(request, 'DONE', 'once');
  }
  expect(await end()).toMatchObject({ status: 'Completed', output: '"once"' });
  await worker.hear('WORKER_REPLY_ACK', undefined, 2);
});
