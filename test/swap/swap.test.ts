/** An app changes from the npm package 1.9.0 to this release: what becomes of the runs that are there. Real processes. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until';
import { type Instance, type Swap, startSwap } from './processes';

let swap: Swap;
let before: Instance;
let now: Instance;
const RUNS = {
  asleep: ['sleeper'],
  nestedAsleep: ['outerSleeper'],
  restarted: ['sleeper'],
  asleepFirst: ['napper'],
  asleepOnceResumed: ['asksThenSleeps'],
  canceledLater: ['sleeper'],
  canceled: ['gate'],
  asks: ['gate'],
  nestedAsks: ['outerGate'],
  items: ['each'],
  pending: ['chain'],
} as const;
type Name = keyof typeof RUNS;
const names = Object.keys(RUNS) as Name[];
const ids = Object.fromEntries(names.map(name => [name, randomUUID()])) as Record<Name, string>;
const input = (key: string) => ({ inputData: { key, path: [] } });
const OK = { resumeData: { ok: true } };
const workflowOf = (name: Name) => RUNS[name][0];
const drive = (instance: Instance, name: Name, method: string, ...args: unknown[]) =>
  instance.drive(workflowOf(name), ids[name], method, ...args);
const reaches = (name: Name, ...statuses: string[]) => swap.reaches(workflowOf(name), ids[name], ...statuses);
const steps = (name: Name) => swap.steps(ids[name]);

beforeAll(async () => {
  swap = await startSwap();
  before = await swap.start('earlier');
  await before.register();
  for (const name of names) {
    const method = name === 'pending' ? 'createRun' : 'startAsync';
    expect((await drive(before, name, method, input(ids[name]))).error).toBeUndefined();
  }
  for (const name of ['asks', 'nestedAsks', 'items', 'canceled', 'asleepOnceResumed'] as const) {
    await reaches(name, 'suspended');
  }
  await drive(before, 'asleepOnceResumed', 'resumeAsync', { ...OK, step: 'approve' });
  for (const name of ['asleep', 'nestedAsleep', 'restarted', 'canceledLater'] as const) {
    await until(() => steps(name).includes('earlier/first'));
  }
  for (const name of ['asleep', 'restarted', 'canceledLater', 'asleepFirst', 'asleepOnceResumed'] as const) {
    await reaches(name, 'waiting');
  }
  await swap.reaches('sleeper', ids.nestedAsleep, 'waiting');
  await drive(before, 'canceled', 'cancel');
  await swap.settled();
  await before.kill();
  now = await swap.start('this');
  await now.register();
});
afterAll(() => swap?.stop());

test('a suspended run is resumed, and no step of it is repeated', async () => {
  const { value } = await drive(now, 'asks', 'resume', OK);
  expect(value).toMatchObject({ status: 'success', result: { path: ['before', 'approve', 'after'] } });
  expect(steps('asks')).toEqual(['earlier/before', 'earlier/approve', 'this/approve resumed', 'this/after']);
});

test('so is one that is suspended in a nested workflow', async () => {
  const { value } = await drive(now, 'nestedAsks', 'resume', OK);
  const path = ['one', 'before', 'approve', 'after', 'two'];
  expect(value).toMatchObject({ status: 'success', result: { path } });
  expect(steps('nestedAsks').filter(step => step.startsWith('this'))).toEqual([
    'this/approve resumed',
    'this/after',
    'this/two',
  ]);
});

test('so is each item of a foreach', async () => {
  const first = await drive(now, 'items', 'resume', { ...OK, forEachIndex: 1 });
  expect(first.value).toMatchObject({ status: 'suspended' });
  const { value } = await drive(now, 'items', 'resume', OK);
  expect(value).toMatchObject({
    status: 'success',
    result: [{ path: ['item 1', 'asked'] }, { path: ['item 2', 'asked'] }],
  });
  expect(steps('items').filter(step => step.startsWith('this'))).toEqual(Array(2).fill('this/asked resumed'));
});

test('a run that was created and not started is started', async () => {
  const { value } = await drive(now, 'pending', 'start', input(ids.pending));
  expect(value).toMatchObject({ status: 'success', result: { path: ['one', 'two'] } });
});

test('a cancelled run stays cancelled', async () => {
  expect((await drive(now, 'canceled', 'resume', OK)).error).toMatchObject({ code: 'RUN_NOT_SUSPENDED' });
  expect((await drive(now, 'canceledLater', 'cancel')).error).toBeUndefined();
  await reaches('canceledLater', 'canceled');
});

test('runs that sleep: one is restarted at once; the others fail when they wake, are told once, and are restarted then', async () => {
  const restarted = drive(now, 'restarted', 'restart');
  await until(async () => (await swap.stored('sleeper', ids.restarted))?.inngest?.owner !== undefined);
  expect((await awake(restarted)).value).toMatchObject({
    status: 'success',
    result: { path: ['first', 'last'] },
  });

  const { error } = await reaches('asleep', 'failed');
  expect(error).toMatchObject({ message: expect.stringContaining('another version') });
  for (const name of ['nestedAsleep', 'asleepFirst', 'asleepOnceResumed'] as const)
    await reaches(name, 'failed');
  await swap.reaches('sleeper', ids.nestedAsleep, 'failed');
  const log = await now.log();
  expect(log.filter(line => line.includes(ids.asleep))).toHaveLength(1);
  expect(log.filter(line => line.includes(ids.nestedAsleep))).toHaveLength(2);
  expect(log.filter(line => line.includes(ids.restarted))).toHaveLength(0);

  const all = ['asleep', 'nestedAsleep', 'asleepFirst', 'asleepOnceResumed'] as const;
  const again = all.map(name => drive(now, name, 'restart'));
  const [flat, nested, first, resumed] = await awake(Promise.all(again));
  expect(first?.value).toMatchObject({ status: 'success', result: { path: ['last'] } });
  expect(steps('asleepFirst')).toEqual(['this/last']);
  expect(resumed?.value).toMatchObject({
    status: 'success',
    result: { path: ['before', 'approve', 'after'] },
  });
  expect(steps('asleepOnceResumed').slice(2)).toEqual(['earlier/approve resumed', 'this/after']);
  expect(flat?.value).toMatchObject({ status: 'success', result: { path: ['first', 'last'] } });
  expect(nested?.value).toMatchObject({
    status: 'success',
    result: { path: ['one', 'first', 'last', 'two'] },
  });
  for (const name of ['asleep', 'restarted'] as const) {
    expect(steps(name)).toEqual(['earlier/first', 'this/last']);
  }
  expect(steps('nestedAsleep')).toEqual(['earlier/one', 'earlier/first', 'this/last', 'this/two']);
  expect(await swap.stored('sleeper', ids.canceledLater)).toMatchObject({ status: 'canceled' });
  expect(steps('canceledLater')).toEqual(['earlier/first']);
});

/** What a call gives, while whatever sleeps is woken. */
async function awake<T>(call: Promise<T>): Promise<T> {
  let isOver = false;
  void call.finally(() => (isOver = true));
  await until(async () => {
    await swap.wake();
    return isOver;
  });
  return call;
}
