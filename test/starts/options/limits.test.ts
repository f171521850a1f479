/** Options that go on from those of `starts`: several limits at once, limits that workflows share, and a schedule's. All at once. */
import { randomUUID } from 'node:crypto';
import { inputKey } from '@mastra/inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/until';
import { Stage, quiet } from './stage';

const key = inputKey('user');
/** A key's value is everyone's on a server. */
const shared = (scope: string) => ({ limit: 1, scope, key: `"${scope} ${randomUUID()}"` });
const [env, account] = [{ concurrency: shared('env') }, { concurrency: shared('account') }];
const tick = (name: string) => ({
  id: name,
  cron: '0 0 1 1 *',
  inputData: { name: `tick ${name}`, held: true },
});

const stage = new Stage();
beforeAll(() =>
  stage.begin({
    both: { concurrency: [{ limit: 2 }, { limit: 1, key }] },
    'env-a': env,
    'env-b': env,
    'account-a': account,
    'account-b': account,
    bursting: { throttle: { limit: 1, period: '1h', burst: 2 } },
    postponed: { debounce: { period: '6s', timeout: '9s', key } },
    patient: { priority: { run: 'event.data.inputData.rush == true ? 0 : -25' } },
    ticking: { concurrency: 1, schedule: [tick('north'), tick('south')] },
    skipping: { singleton: { mode: 'skip' }, schedule: [tick('alone'), tick('other')] },
  }),
);
afterAll(() => stage.end());

const success = { status: 'success' };

describe.concurrent('which runs begin, and when', () => {
  test('two limits of concurrency: both hold', async () => {
    const names = ['both a1', 'both a2', 'both b1', 'both c1'];
    const given = (name: string) => ({ name, user: name.charAt(5), held: true });
    const runs = [];
    for (const name of names) runs.push(await stage.start('both', given(name)));
    await stage.queued('both', 4);
    await stage.begins('both ', 2);
    await quiet();
    stage.letGo(...names);
    for (const { asked } of runs) expect(await asked).toMatchObject(success);
    expect(stage.peak('both ')).toBe(2);
    expect(stage.peak('both a')).toBe(1);
  });

  test.each(['env', 'account'])(
    'concurrency of scope %s: workflows that share a key share the limit',
    async scope => {
      const first = await stage.start(`${scope}-a`, { name: `${scope} a`, held: true });
      await stage.begun(`${scope} a`);
      const second = await stage.start(`${scope}-b`, { name: `${scope} b` });
      await stage.queued(`${scope}-b`, 1);
      await quiet();
      expect(stage.of(`${scope} `)).toEqual(['begin a']);
      stage.letGo(`${scope} a`);
      for (const { asked } of [first, second]) expect(await asked).toMatchObject(success);
      expect(stage.of(`${scope} `)).toEqual(['begin a', 'end a', 'begin b', 'end b']);
    },
  );

  test('throttle with a burst: so many more begin at once', async () => {
    const names = ['bursting 1', 'bursting 2', 'bursting 3', 'bursting 4'];
    for (const name of names) await stage.send('bursting', { name });
    await stage.queued('bursting', 4);
    await stage.begins('bursting ', 3);
    await quiet();
    expect(stage.of('bursting ').filter(entry => entry.startsWith('begin '))).toHaveLength(3);
  });

  test('debounce with a timeout: starts that go on coming put it off no longer', async () => {
    let count = 0;
    const again = async () => {
      await stage.send('postponed', { name: `postponed ${++count}`, user: 'a' });
      await quiet();
      return stage.of('postponed ');
    };
    await until(again, found => found.length > 0);
    expect(stage.of('postponed ')[0]).not.toBe('begin 1');
  });

  test('a negative priority: a run begins after those that are started later', async () => {
    const patient = await stage.start('patient', { name: 'patient 1' });
    const rushing = await stage.start('patient', { name: 'patient 2', rush: true });
    for (const { asked } of [patient, rushing]) expect(await asked).toMatchObject(success);
    expect(stage.of('patient ')).toEqual(['begin 2', 'end 2', 'begin 1', 'end 1']);
  });

  test('concurrency of a workflow with several schedules: each counts for itself', async () => {
    for (const name of ['north', 'north', 'south']) await stage.harness.invoke(`ticking.cron.${name}`, {});
    await stage.begins('tick north', 1);
    await stage.begins('tick south', 1);
    await quiet();
    expect(stage.peak('tick north') + stage.peak('tick south')).toBe(2);
    stage.letGo('tick north', 'tick south');
    await stage.begins('tick north', 2);
    expect(stage.peak('tick north')).toBe(1);
  });

  test('singleton, skip, of a workflow with several schedules: each has one run at a time', async () => {
    await stage.harness.invoke('skipping.cron.alone', {});
    await stage.begins('tick alone', 1);
    await stage.harness.invoke('skipping.cron.alone', {});
    await stage.harness.invoke('skipping.cron.other', {});
    await stage.begins('tick other', 1);
    await quiet();
    stage.letGo('tick alone', 'tick other');
    await stage.noted('end tick alone');
    await quiet();
    expect(stage.of('tick alone')).toEqual(['begin ', 'end ']);
  });
});
