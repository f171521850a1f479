/** Workers that connect, told what to do message by message. Runs on a real server, too, where `INNGEST_BASE_URL` names one. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../src/local';
import { REAL_SERVER, leaveRealServer } from '../support/real-server';
import { until } from '../support/until';
import {
  ScriptedWorker,
  type WorkerSettings,
  connectedFunction,
  encoded,
  response,
} from './support/scripted-worker';

let app: string;
let server: LocalServer | undefined;
let url: string;
let isRegistered = false;
const workers: ScriptedWorker[] = [];

beforeEach(async () => {
  app = `connect-${randomUUID().slice(0, 8)}`;
  isRegistered = false;
  server = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 20 });
  url = REAL_SERVER ?? server?.url ?? '';
});
afterEach(async () => {
  for (const { socket } of workers.splice(0)) socket.terminate();
  if (isRegistered) await leaveRealServer(app);
  await server?.stop();
});

const slug = () => `${app}-work`;

async function connect(settings: Partial<WorkerSettings> = {}): Promise<ScriptedWorker> {
  const functions = [connectedFunction(slug(), `${app}/go`)];
  const worker = await ScriptedWorker.connect(url, { app, functions, ...settings });
  workers.push(worker);
  isRegistered = true;
  return worker;
}

/** Sends events that start a run each; gives their ids. */
async function start(count = 1): Promise<string[]> {
  const events = Array.from({ length: count }, (_, index) => ({ name: `${app}/go`, data: { index } }));
  const answer = await fetch(`${url}/e/key`, { method: 'POST', body: JSON.stringify(events) });
  return ((await answer.json()) as { ids: string[] }).ids;
}

async function query<T>(text: string): Promise<T> {
  const answer = await fetch(`${url}/v0/gql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text }),
  });
  return ((await answer.json()) as { data: T }).data;
}

/** What the run that this event started came to. */
async function ended(eventId: string | undefined): Promise<{ status: string; output: unknown }> {
  const runId = await until(async () => {
    const answer = await fetch(`${url}/v1/events/${eventId}/runs?t=${performance.now()}`);
    return ((await answer.json()) as { data: { run_id: string }[] }).data[0]?.run_id;
  });
  const { run } = await until(
    () =>
      query<{ run: { status: string; output: string | null } | null }>(
        `{ run(runID: "${runId}") { status output } }`,
      ),
    // The real server has run and output a moment later.
    ({ run: found }) => /COMPLETED|FAILED/.test(found?.status ?? '') && !!found?.output,
  );
  return { status: run?.status ?? '', output: JSON.parse(run?.output ?? '') as unknown };
}

test('a worker that says who it is has its app registered, and is told when to give signs of life', async () => {
  const worker = await connect();
  const ready = await worker.hear('GATEWAY_CONNECTION_READY', 'GatewayConnectionReadyData');
  expect(ready).toEqual({
    heartbeatInterval: expect.stringMatching(/^\d+m?s$/),
    extendLeaseInterval: expect.stringMatching(/^\d+m?s$/),
    statusInterval: expect.stringMatching(/^0m?s$/),
  });
  worker.send('WORKER_HEARTBEAT');
  await worker.hear('GATEWAY_HEARTBEAT');
  const data = await query<{ apps: { name: string }[] }>(
    '{ apps { name url sdkLanguage sdkVersion functions { slug } } }',
  );
  expect(data.apps.find(({ name }) => name === app)).toEqual({
    name: app,
    url: `ws://connect?app_name=${app}`,
    sdkLanguage: 'typescript',
    sdkVersion: 'v4.24.0',
    functions: [{ slug: slug() }],
  });
});

test('who says nothing that can be read, or is not who was let in, is refused', async () => {
  const hello = async (say: (worker: ScriptedWorker, begin: Record<string, unknown>) => void) => {
    const { worker, start: begin } = await ScriptedWorker.open(url);
    workers.push(worker);
    say(worker, begin);
    return await worker.end();
  };
  const settings = { app, functions: [] };
  expect(await hello(worker => worker.send('WORKER_READY'))).toEqual({
    code: 1008,
    reason: 'connect_worker_hello_invalid_msg',
  });
  const invalid = { code: 1008, reason: 'connect_worker_hello_invalid_payload' };
  expect(
    await hello((worker, begin) => worker.introduce(begin, { ...settings, hello: { instanceId: '' } })),
  ).toEqual(invalid);
  expect(
    await hello((worker, begin) => worker.introduce({ ...begin, connectionId: 'none' }, settings)),
  ).toEqual(invalid);
  expect(await hello(worker => worker.socket.send(Buffer.from('not protobuf')))).toMatchObject({
    code: expect.toSatisfy((code: number) => [1007, 1008, 1011].includes(code)) as number,
  });
});

test('a request has what the SDK needs; its answer is acknowledged and ends the run', async () => {
  const worker = await connect();
  const [event] = await start();
  const request = await worker.request();
  expect(request).toMatchObject({ appName: app, functionSlug: slug(), stepId: 'step' });
  expect(request.body.event.data).toEqual({ index: 0 });
  worker.acknowledge(request);
  worker.reply(request, 'DONE', { did: 'it' });
  expect(await worker.hear('WORKER_REPLY_ACK', 'WorkerReplyAckData')).toEqual({
    requestId: request.requestId,
  });
  expect(await ended(event)).toEqual({ status: 'COMPLETED', output: { did: 'it' } });
});

test('an error ends the run where there are no retries; one that must not be tried again does in any case', async () => {
  const worker = await connect({ functions: [connectedFunction(slug(), `${app}/go`, 3)] });
  const [event] = await start();
  const first = await worker.request();
  worker.acknowledge(first);
  worker.reply(first, 'ERROR', { name: 'Error', message: 'broken' });
  const second = await worker.request(2);
  expect(second.body.ctx.attempt).toBe(1);
  worker.acknowledge(second);
  worker.reply(second, 'ERROR', { name: 'Error', message: 'for good' }, { noRetry: true });
  expect(await ended(event)).toMatchObject({ status: 'FAILED' });
  expect(worker.given).toHaveLength(2);
});

test('steps that a worker reports are remembered in the next request', async () => {
  const worker = await connect();
  const [event] = await start();
  const first = await worker.request();
  worker.acknowledge(first);
  const op = { op: 'StepRun', id: 'one', displayName: 'one', data: 1 };
  worker.reply(first, 'NOT_COMPLETED', [op]);
  const second = await worker.request(2);
  expect(second.body).toMatchObject({ steps: { one: { data: 1 } } });
  worker.acknowledge(second);
  worker.reply(second, 'DONE', { what: 'done' });
  expect(await ended(event)).toEqual({ status: 'COMPLETED', output: { what: 'done' } });
});

test('several workers share the runs', async () => {
  const two = [await connect({ instanceId: 'one' }), await connect({ instanceId: 'two' })];
  const events = await start(20);
  await until(() => two.flatMap(({ given }) => given).length === 20);
  for (const worker of two) {
    expect(worker.given.length).toBeGreaterThan(0);
    for (const request of worker.given) {
      worker.acknowledge(request);
      worker.reply(request, 'DONE', { what: null });
    }
  }
  for (const event of events) expect((await ended(event)).status).toBe('COMPLETED');
});

test('a request that a worker had not taken when its socket broke goes to another, with nothing lost', async () => {
  const leaving = await connect({ instanceId: 'one' });
  const [event] = await start();
  await leaving.request();
  const other = await connect({ instanceId: 'two' });
  leaving.socket.terminate();
  const request = await other.request();
  expect(request.body.ctx.attempt).toBe(0);
  other.acknowledge(request);
  other.reply(request, 'DONE', { what: 'by the other' });
  expect(await ended(event)).toEqual({ status: 'COMPLETED', output: { what: 'by the other' } });
});

test('a worker that drains ends what it has, and is given nothing new', async () => {
  const leaving = await connect({ instanceId: 'one' });
  const [before] = await start();
  const taken = await leaving.request();
  leaving.acknowledge(taken);
  leaving.extend(taken, taken.leaseId);
  // The acknowledgement has been read when what came after it is answered.
  await leaving.hear('WORKER_REQUEST_EXTEND_LEASE_ACK');
  leaving.send('WORKER_PAUSE');
  leaving.send('WORKER_HEARTBEAT');
  await leaving.hear('GATEWAY_HEARTBEAT');
  const staying = await connect({ instanceId: 'two' });
  const later = await start(5);
  await staying.request(5);
  for (const request of staying.given) {
    staying.acknowledge(request);
    staying.reply(request, 'DONE', { what: 'stayed' });
  }
  for (const event of later)
    expect(await ended(event)).toEqual({ status: 'COMPLETED', output: { what: 'stayed' } });
  leaving.reply(taken, 'DONE', { what: 'left' });
  expect(await ended(before)).toEqual({ status: 'COMPLETED', output: { what: 'left' } });
  expect(leaving.given).toHaveLength(1);
});

test('a worker whose socket broke comes back with the answer on another one; the step runs once', async () => {
  const broken = await connect();
  const [event] = await start();
  const request = await broken.request();
  broken.acknowledge(request);
  broken.extend(request, request.leaseId);
  const { newLeaseId } = await broken.hear(
    'WORKER_REQUEST_EXTEND_LEASE_ACK',
    'WorkerRequestExtendLeaseAckData',
  );
  broken.socket.terminate();
  const back = await connect();
  back.extend(request, String(newLeaseId));
  expect(await back.hear('WORKER_REQUEST_EXTEND_LEASE_ACK', 'WorkerRequestExtendLeaseAckData')).toMatchObject(
    {
      newLeaseId: expect.stringMatching(/^[0-9A-Z]{26}$/),
    },
  );
  back.reply(request, 'DONE', { what: 'on another socket' });
  expect(await ended(event)).toEqual({ status: 'COMPLETED', output: { what: 'on another socket' } });
  expect(back.given).toHaveLength(0);
});

test('an answer that found no socket comes over HTTP', async () => {
  const worker = await connect();
  const [event] = await start();
  const request = await worker.request();
  worker.acknowledge(request);
  worker.extend(request, request.leaseId);
  await worker.hear('WORKER_REQUEST_EXTEND_LEASE_ACK');
  worker.socket.terminate();
  const flush = async (body: Uint8Array) =>
    await fetch(`${url}/v0/connect/flush`, { method: 'POST', body: new Uint8Array(body) });
  expect((await flush(Buffer.from('not protobuf'))).status).toBe(400);
  const answer = await flush(encoded('SDKResponse', response(request, 'DONE', { what: 'flushed' })));
  expect([answer.status, Buffer.from(await answer.arrayBuffer())]).toEqual([
    200,
    Buffer.from(encoded('FlushResponse', { requestId: request.requestId })),
  ]);
  expect(await ended(event)).toEqual({ status: 'COMPLETED', output: { what: 'flushed' } });
});

test('a lease is extended by whoever has it, also where the answer to the last extension was lost', async () => {
  const worker = await connect();
  await start();
  const request = await worker.request();
  worker.acknowledge(request);
  const extended = async (leaseId: string, count: number) => {
    worker.extend(request, leaseId);
    return await worker.hear('WORKER_REQUEST_EXTEND_LEASE_ACK', 'WorkerRequestExtendLeaseAckData', count);
  };
  const first = await extended(request.leaseId, 1);
  expect(first).toMatchObject({ requestId: request.requestId, functionSlug: slug() });
  expect(await extended(request.leaseId, 2)).toEqual(first);
  expect((await extended('01ARZ3NDEKTSV4RRFFQ69G5FAV', 3))['newLeaseId']).toBeUndefined();
  worker.reply(request, 'DONE', { what: null });
  await worker.hear('WORKER_REPLY_ACK');
});

test('a process is given no more requests at once than it wants', async () => {
  const worker = await connect({ hello: { maxWorkerConcurrency: 1 } });
  const events = await start(3);
  for (let count = 1; count <= 3; count++) {
    const request = await worker.request(count);
    worker.acknowledge(request);
    worker.extend(request, request.leaseId);
    await worker.hear('WORKER_REQUEST_EXTEND_LEASE_ACK', undefined, count);
    expect(worker.given).toHaveLength(count);
    worker.reply(request, 'DONE', { what: count });
  }
  for (const event of events) expect((await ended(event)).status).toBe('COMPLETED');
});

test('a worker that wants to say so itself is given nothing before it is ready', async () => {
  const worker = await connect({ hello: { workerManualReadinessAck: true } });
  const other = await connect({ instanceId: 'two' });
  await start(5);
  await other.request(5);
  expect(worker.given).toHaveLength(0);
  other.send('WORKER_PAUSE');
  worker.send('WORKER_READY');
  await worker.request(5);
});
