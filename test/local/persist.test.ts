/** `persist`: a server that is killed and started again with the same file goes on with every run. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { LocalServer } from '../../src/local';
import { until } from '../support/until';
import { get, post } from './support/apps';
import type { RawAnswer, RawApp, RawRequest } from './support/raw-app';
import { ops, startRawApp } from './support/raw-app';

const bin = fileURLToPath(new URL('../../src/local/bin.ts', import.meta.url));

let folder: string;
let file: string;
let app: RawApp | undefined;
let child: ChildProcess | undefined;
let server: LocalServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-persist-'));
  file = join(folder, 'state');
});
afterEach(async () => {
  await server?.stop();
  await app?.stop();
  if (child) await kill();
  server = app = undefined;
  rmSync(folder, { recursive: true });
});

/** Starts the command, and resolves once it listens: its address. */
async function launch(port: number): Promise<string> {
  const args = ['--import', 'tsx', bin, '--port', String(port), '--persist', file, '--retry-interval', '0'];
  child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return /http:\S+/.exec(line.toString())?.[0] ?? '';
}

async function kill(): Promise<void> {
  const dying = child;
  child = undefined;
  if (!dying || dying.exitCode !== null) return;
  dying.kill('SIGKILL');
  await once(dying, 'exit');
}

const total = 60;

it('every run goes on after kill -9 wherever it was, and no step whose result was used is executed again', async () => {
  const url = await launch(0);
  const port = Number(new URL(url).port);
  app = await startRawApp({ url });
  const executed: string[] = [];
  const asked = new Map<string, number>();
  const faults: string[] = [];
  /** Executes the step that comes next: after each of the first two a sleep or a wait, and an invocation at last. */
  const flow = async ({ ctx, steps }: RawRequest): Promise<RawAnswer> => {
    const done = Object.keys(steps).length;
    if (done < (asked.get(ctx.run_id) ?? 0))
      faults.push(`${ctx.run_id} ${done} after ${asked.get(ctx.run_id)}`);
    asked.set(ctx.run_id, done);
    const name = `s${done}`;
    if (name === 's1') return ops({ op: 'Sleep', id: name, name: '300ms' });
    if (name === 's3') {
      return ops({ op: 'WaitForEvent', id: name, name: 'go', opts: { event: 'go', timeout: '1d' } });
    }
    if (name === 's5') {
      return ops({
        op: 'InvokeFunction',
        id: name,
        name,
        opts: { function_id: 'raw-child', payload: { data: {} } },
      });
    }
    if (done === 7) return [200, JSON.stringify(Object.keys(steps).sort())];
    executed.push(`${ctx.run_id} ${name}`);
    await new Promise(resolve => setImmediate(resolve));
    return ops({ op: 'StepRun', id: name, name, data: done });
  };
  await app.serve({ flow, child: () => [200, '"child"'] }, { flow: { concurrency: 10 } });
  const { ids } = await post(
    `${url}/e/k`,
    Array.from({ length: total }, () => ({ name: 'flow', data: {} })),
  );
  const progress = () => executed.length;
  for (const enough of [10, 80, 110]) {
    await until(() => progress() >= enough || [...asked.values()].every(done => done === 3) || undefined);
    await kill();
    await launch(port);
  }
  const runs = async () =>
    (await Promise.all(ids.map(async (id: string) => (await get(`${url}/v1/events/${id}/runs`)).data))) as {
      status: string;
      output?: unknown;
    }[][];
  await until(async () => {
    await post(`${url}/e/k`, { name: 'go', data: {} });
    return (await runs()).every(rows => rows.every(row => row.status !== 'Running'));
  });
  const output = ['s0', 's1', 's2', 's3', 's4', 's5', 's6'];
  expect(await runs()).toEqual(ids.map(() => [expect.objectContaining({ status: 'Completed', output })]));
  expect(faults).toEqual([]);
  expect(new Set(executed).size).toBe(total * 4);
});

/** Starts a server in this process that goes on with the file. */
async function start(): Promise<LocalServer> {
  await server?.stop();
  return (server = await startLocalServer({ port: server?.port ?? 0, persist: file, retryDelay: () => 0 }));
}

it('goes on with schedules, batches, debounces, limits, singletons, sleeps, and its own time', async () => {
  const first = await start();
  app = await startRawApp(first);
  const events: Record<string, unknown[]> = {};
  const noting =
    (name: string) =>
    ({ event, ...request }: RawRequest & { events?: { data: unknown }[] }): RawAnswer => {
      (events[name] ??= []).push(request.events?.map(({ data }) => data) ?? event.data);
      return [200, '1'];
    };
  const sleeper = ({ steps }: RawRequest): RawAnswer =>
    's' in steps ? [200, '"slept"'] : ops({ op: 'Sleep', id: 's', name: '2h' });
  const names = ['cron', 'batched', 'debounced', 'limited', 'late'];
  await app.serve(
    { ...Object.fromEntries(names.map(name => [name, noting(name)])), sleeper },
    {
      cron: { triggers: [{ cron: 'TZ=UTC 0 * * * *' }] },
      batched: { batchEvents: { maxSize: 3, timeout: '1h' } },
      debounced: { debounce: { period: '1h' } },
      limited: { rateLimit: { limit: 1, period: '24h' } },
      sleeper: { singleton: { mode: 'skip' }, timeouts: { finish: '90m' } },
    },
  );
  await first.advance('30 days');
  events['cron'] = [];
  // The wall's clock goes on between two calls.
  const ahead = first.now() - Date.now();
  const send = async (name: string, more = {}): Promise<string> =>
    (await post(`${server?.url}/e/k`, { name, data: { n: name }, ...more })).ids[0];
  for (const name of ['batched', 'debounced', 'limited']) await send(name);
  const slept = await send('sleeper');
  await send('late', { ts: first.now() + 3_600_000 });
  await first.settled();
  const second = await start();
  const wall = Date.now();
  expect(second.now() - wall).toBeGreaterThanOrEqual(ahead);
  await send('limited');
  const skipped = await send('sleeper');
  await send('batched');
  await second.settled();
  expect(events['limited']).toHaveLength(1);
  expect((await get(`${second.url}/v1/events/${skipped}/runs`)).data).toEqual([]);
  await second.advance('1h');
  expect(events).toMatchObject({ debounced: [[{ n: 'debounced' }]], late: [[{ n: 'late' }]] });
  expect(events['batched']).toEqual([[{ n: 'batched' }, { n: 'batched' }]]);
  expect(events['cron']).toHaveLength(1);
  await start();
  await server?.advance('30m');
  // The limit of its first server counts on.
  const [run] = (await get(`${server?.url}/v1/events/${slept}/runs`)).data;
  expect(run).toMatchObject({ status: 'Cancelled' });
});

it('does not grow with what is over', async () => {
  const first = await start();
  app = await startRawApp(first);
  await app.serve({
    big: ({ steps }) =>
      's' in steps ? [200, '1'] : ops({ op: 'StepRun', id: 's', data: 'x'.repeat(2 ** 20) }),
  });
  for (let turn = 0; turn < 30; turn++) {
    await post(`${first.url}/e/k`, { name: 'big', data: {} });
    await first.settled();
  }
  const written = statSync(file).size;
  await start();
  // Of ended runs 16 MiB are kept.
  expect(written).toBeLessThan(70 * 2 ** 20);
  expect(statSync(file).size).toBeLessThan(20 * 2 ** 20);
});

it('takes no notice of a line that was cut off, and refuses what is no journal', async () => {
  const first = await start();
  const { ids } = await post(`${first.url}/e/k`, { name: 'a', data: {} });
  await first.stop();
  appendFileSync(file, '[["event","x"');
  await start();
  expect((await get(`${server?.url}/v1/events/${ids[0]}`)).data).toMatchObject({ name: 'a' });
  expect(readFileSync(file, 'utf8')).not.toContain('"x"');
  const other = join(folder, 'other');
  writeFileSync(other, 'something else\n');
  await expect(startLocalServer({ port: 0, persist: other })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
  expect(readFileSync(other, 'utf8')).toBe('something else\n');
  const nowhere = join(folder, 'no', 'such', 'folder');
  await expect(startLocalServer({ port: 0, persist: nowhere })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});
