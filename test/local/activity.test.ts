import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { LocalServerOptions, ServerActivity } from '../../src/local';
import { startLocalServer } from '../../src/local';
import { until } from '../support/until';
import { freePort } from '../processes/free-port';
import { post, startApp, startPair } from './support/apps';
import type { Api, Definition, Mode, Pair } from './support/apps';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Observed extends Pair {
  told: ServerActivity[];
  /** What was told of these kinds, without times and ids. */
  of: (...types: ServerActivity['type'][]) => unknown[];
}

/** The server's own events are told, too; what the tests compare is the rest. */
const shown = (activity: ServerActivity): boolean =>
  activity.type !== 'event.received' || !activity.name.startsWith('inngest/function.f');

async function observed(
  mode: Mode,
  define: (api: Api) => Definition[],
  options: LocalServerOptions = {},
): Promise<Observed> {
  const told: ServerActivity[] = [];
  const pair = await startPair(mode, define, {
    onActivity: activity => void told.push(activity),
    ...options,
  });
  stops.push(pair.stop);
  const bare = ({ at: _at, ...rest }: ServerActivity): unknown => {
    const volatile = ['runId', 'eventId', 'retryAt', 'milliseconds', 'url'];
    return Object.fromEntries(Object.entries(rest).filter(([key]) => !volatile.includes(key)));
  };
  const of = (...types: ServerActivity['type'][]): unknown[] =>
    told.filter(activity => types.includes(activity.type) && shown(activity)).map(bare);
  return { ...pair, told, of };
}

const modes: Mode[] = ['v4', 'v4-off', 'v3'];

describe.each(modes)('the observer (%s)', mode => {
  it('is told of the app, the event, the run and its steps', async () => {
    const { of, run } = await observed(mode, () => [
      {
        id: 'f',
        trigger: { event: 'e' },
        handler: async ({ step }) => {
          const two: number = await step.run('double', () => 2);
          await step.sleep('rest', 1);
          return two + 1;
        },
      },
    ]);
    await run({ name: 'e' });
    expect(of('app.synced')).toMatchObject([{ app: 'app', functions: ['app-f'] }]);
    expect(of('event.received')).toEqual([
      {
        type: 'event.received',
        name: 'e',
        starts: [{ function: 'app-f', came: 'started' }],
        resumed: 0,
        cancelled: 0,
      },
    ]);
    const step = { function: 'app-f', status: 'Completed' };
    await until(() => of('run.ended').length > 0);
    expect(of('run.started', 'step.ended', 'step.waiting', 'run.ended')).toMatchObject([
      { type: 'run.started', function: 'app-f', event: 'e' },
      { ...step, type: 'step.ended', step: 'double', op: 'StepRun', attempts: 1, output: '{"data":2}' },
      { type: 'step.waiting', step: 'rest', op: 'Sleep' },
      { ...step, type: 'step.ended', step: 'rest', op: 'Sleep' },
      { ...step, type: 'run.ended', output: '3' },
    ]);
  });

  it('is told of each attempt that failed, and why', async () => {
    const { of, run } = await observed(mode, () => [
      {
        id: 'f',
        trigger: { event: 'e' },
        options: { retries: 1 },
        handler: async ({ step }) => {
          await step.run('break', () => {
            throw new TypeError('no luck');
          });
        },
      },
    ]);
    await run({ name: 'e' });
    const error = { name: 'TypeError', message: 'no luck' };
    const attempts = of('step.retried', 'step.ended');
    expect(attempts).toMatchObject([
      { type: 'step.retried', step: 'break', attempt: 1, attempts: 2, error },
      { type: 'step.ended', step: 'break', status: 'Failed', attempts: 2, error },
    ]);
    expect(of('run.ended')).toMatchObject([{ status: 'Failed', error: { message: 'no luck' } }]);
  });

  it('is told of a request that failed outside a step', async () => {
    const { of, run } = await observed(mode, () => [
      {
        id: 'f',
        trigger: { event: 'e' },
        options: { retries: 1 },
        handler: ({ attempt }) => {
          if (attempt === 0) throw new Error('first');
          return 'second';
        },
      },
    ]);
    await run({ name: 'e' });
    expect(of('run.retried', 'run.ended')).toMatchObject([
      { type: 'run.retried', attempt: 1, attempts: 2, error: { message: 'first' } },
      { type: 'run.ended', status: 'Completed', output: '"second"' },
    ]);
  });
});

const one = (): Definition[] => [
  {
    id: 'welcome',
    trigger: { event: 'user/registered' },
    handler: async ({ step }) => await step.waitForEvent('wait', { event: 'go', timeout: '1d' }),
  },
];

describe('an event', () => {
  it('that nobody takes is told with the name that was probably meant', async () => {
    const { of, send, server } = await observed('v4', one);
    await send({ name: 'user/regsitered' });
    await send({ name: 'quite/other' });
    await post(`${server.url}/invoke/app-welcom`, {});
    await server.settled();
    const nobody = { starts: [], resumed: 0, cancelled: 0 };
    expect(of('event.received')).toEqual([
      { type: 'event.received', name: 'user/regsitered', nearest: 'user/registered', ...nobody },
      { type: 'event.received', name: 'quite/other', ...nobody },
      {
        type: 'event.received',
        name: 'inngest/function.invoked',
        invokes: 'app-welcom',
        nearest: 'app-welcome',
        ...nobody,
      },
    ]);
  });

  it('that ends a wait is told so, and the wait with it', async () => {
    const { of, send, run } = await observed('v4', one);
    await run({ name: 'user/registered' });
    await send({ name: 'go', data: { word: 1 } });
    await until(() => of('run.ended').length === 1);
    expect(of('event.received')).toMatchObject([{ name: 'user/registered' }, { name: 'go', resumed: 1 }]);
    expect(of('step.waiting', 'step.ended')).toMatchObject([
      { type: 'step.waiting', step: 'wait', op: 'WaitForEvent' },
      { type: 'step.ended', step: 'wait', status: 'Completed' },
    ]);
  });
});

describe('a step', () => {
  it('has the time that its body took, with and without checkpoints', async () => {
    for (const mode of modes) {
      let release: () => void = () => {};
      const held = new Promise<void>(resolve => (release = resolve));
      const { told, send, server } = await observed(mode, () => [
        { id: 'f', trigger: { event: 'e' }, handler: ({ step }) => step.run('hold', () => held) },
      ]);
      await send({ name: 'e' });
      await until(() => told.some(({ type }) => type === 'run.started'));
      const began = Date.now();
      await until(() => Date.now() - began >= 50);
      release();
      await server.settled();
      const ended = told.find(activity => activity.type === 'step.ended');
      expect(ended, mode).toMatchObject({ step: 'hold' });
      expect(ended?.type === 'step.ended' ? ended.milliseconds : 0, mode).toBeGreaterThan(20);
    }
  });
});

describe('an app', () => {
  it('that does not answer, answers and goes away is told once each time', async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/api/inngest`;
    const told: string[] = [];
    const onActivity = (activity: ServerActivity): void => {
      if (activity.type === 'app.failed') told.push(`${activity.code} ${activity.url}`);
      else told.push(activity.type);
    };
    const server = await startLocalServer({ port: 0, urls: [url], pollInterval: 20, onActivity });
    stops.push(async () => await server.stop());
    const start = async () => {
      const app = await startApp('v4', server, one, 'app', port);
      onTestFinished(app.stop);
      return app;
    };
    const gone = `APP_UNREACHABLE ${url}`;
    await until(() => told.length === 1);
    const app = await start();
    await until(() => told.length === 2);
    await app.stop();
    await until(() => told.length === 3);
    await start();
    await until(() => told.length === 4);
    expect(told).toEqual([gone, 'app.synced', gone, 'app.back']);
  });

  it('whose functions are refused is told, whoever asked it to register', async () => {
    const told: ServerActivity[] = [];
    const server = await startLocalServer({ port: 0, onActivity: activity => void told.push(activity) });
    stops.push(async () => await server.stop());
    const registration = { appName: 'odd', url: 'http://127.0.0.1:1/x', functions: [{ id: '' }] };
    for (const _ of [1, 2]) await post(`${server.url}/fn/register`, registration);
    expect(told).toMatchObject([
      {
        type: 'app.failed',
        url: registration.url,
        code: 'APP_REFUSED',
        message: expect.stringContaining('no id'),
      },
    ]);
  });

  it('that registers with another server is told so', async () => {
    const told: ServerActivity[] = [];
    const other = await startLocalServer({ port: 0 });
    stops.push(async () => await other.stop());
    const theirs = await startApp('v4', other, one);
    stops.push(theirs.stop);
    const onActivity = (activity: ServerActivity): void => void told.push(activity);
    const server = await startLocalServer({ port: 0, urls: [theirs.url], onActivity });
    stops.push(async () => await server.stop());
    await until(() => told.length > 0);
    expect(told).toMatchObject([
      { type: 'app.failed', code: 'APP_REFUSED', message: expect.stringContaining('another server') },
    ]);
  });
});

it('an observer that throws or rejects disturbs nothing', async () => {
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  let calls = 0;
  const onActivity = (): unknown => {
    if (calls++ % 2 === 0) throw new Error('thrown');
    return Promise.reject(new Error('rejected'));
  };
  const pair = await startPair('v4', () => [{ id: 'f', trigger: { event: 'e' }, handler: () => 1 }], {
    onActivity,
  });
  stops.push(pair.stop);
  expect(await pair.run({ name: 'e' })).toMatchObject([{ status: 'Completed', output: 1 }]);
  expect(calls).toBeGreaterThan(3);
  await until(() => ['thrown', 'rejected'].every(word => warnings.some(said => said.includes(word))));
});
