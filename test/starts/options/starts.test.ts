/** Options that decide when a start becomes a run, and whether it does. They take their time, so all at once. */
import { inputKey } from '@mastra/inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/until';
import { Stage, quiet } from './stage';

const key = inputKey('user');

/** What waits for a `throttle` waits for much longer than a begun step takes to say so. */
const SPACING = 10_000;

const stage = new Stage();
beforeAll(() =>
  stage.begin({
    keyed: { concurrency: { limit: 1, key } },
    two: { concurrency: 2 },
    'sleeping-alone': { concurrency: 1 },
    spaced: { throttle: { limit: 1, period: `${SPACING / 1000}s` } },
    'spaced-keyed': { throttle: { limit: 1, period: '1h', key } },
    debounced: { debounce: { period: '6s', key } },
    skipping: { singleton: { mode: 'skip', key } },
    replacing: { singleton: { mode: 'cancel', key } },
    urgent: { concurrency: 1, priority: { run: 'event.data.inputData.rush == true ? 600 : 0' } },
    limited: { rateLimit: { limit: 1, period: '1h', key } },
    once: { idempotency: key },
  }),
);
afterAll(() => stage.end());

const success = { status: 'success' };

describe.concurrent('which runs begin, and when', () => {
  test('concurrency with a key: runs of one key come one after another, those of two at once', async () => {
    const runs = [
      await stage.start('keyed', { name: 'keyed a1', user: 'a', held: true }),
      await stage.start('keyed', { name: 'keyed a2', user: 'a', held: true }),
      await stage.start('keyed', { name: 'keyed b1', user: 'b', held: true }),
    ];
    await stage.queued('keyed', 3);
    await stage.begun('keyed b1');
    await stage.begins('keyed a', 1);
    await quiet();
    stage.letGo('keyed a1', 'keyed a2', 'keyed b1');
    for (const { asked } of runs) expect(await asked).toMatchObject(success);
    expect(stage.peak('keyed a')).toBe(1);
    expect(stage.peak('keyed ')).toBe(2);
  });

  test('concurrency: so many steps at once', async () => {
    const names = ['two 1', 'two 2', 'two 3'];
    const runs = await Promise.all(names.map(name => stage.start('two', { name, held: true })));
    await stage.queued('two', 3);
    await stage.begins('two ', 2);
    await quiet();
    stage.letGo(...names);
    for (const { asked } of runs) expect(await asked).toMatchObject(success);
    expect(stage.peak('two ')).toBe(2);
  });

  test('concurrency: a run that sleeps does not count', async () => {
    const first = await stage.send('sleeping-alone', { name: 'sleeping 1' });
    const status = () => stage.status('sleeping-alone', first.runId);
    await until(status, found => found === 'waiting');
    await stage.send('sleeping-alone', { name: 'sleeping 2' });
    await stage.begun('sleeping 2');
    expect(await status()).toBe('waiting');
  });

  test('throttle: all begin, one in each period', async () => {
    const names = ['spaced 1', 'spaced 2', 'spaced 3'];
    const runs = await Promise.all(names.map(name => stage.start('spaced', { name })));
    for (const count of [1, 2]) {
      await stage.begins('spaced ', count);
      // The next one comes well after this.
      await new Promise(resolve => setTimeout(resolve, SPACING / 4));
      stage.journal.push(`later spaced ${count}`);
    }
    for (const { asked } of runs) expect(await asked).toMatchObject(success);
    const kinds = stage.of('spaced ').map(entry => entry.split(' ')[0]);
    expect(kinds).toEqual(['begin', 'end', 'later', 'begin', 'end', 'later', 'begin', 'end']);
  });

  test('throttle with a key: each key has its own', async () => {
    const first = await stage.start('spaced-keyed', { name: 'apart a1', user: 'a' });
    expect(await first.asked).toMatchObject(success);
    const second = await stage.send('spaced-keyed', { name: 'apart a2', user: 'a' });
    const other = await stage.start('spaced-keyed', { name: 'apart b1', user: 'b' });
    expect(await other.asked).toMatchObject(success);
    await stage.queued('spaced-keyed', 3);
    await quiet();
    expect(await stage.status('spaced-keyed', second.runId)).toBe('pending');
    expect(stage.journal).not.toContain('begin apart a2');
  });

  test('debounce: of several starts of a key, the last one is executed', async () => {
    const [first, second, third, other] = [
      await stage.send('debounced', { name: 'debounced a1', user: 'a' }),
      await stage.send('debounced', { name: 'debounced a2', user: 'a' }),
      await stage.send('debounced', { name: 'debounced a3', user: 'a' }),
      await stage.send('debounced', { name: 'debounced b1', user: 'b' }),
    ];
    for (const { runId } of [third, other]) {
      expect(await stage.harness.rested('debounced', runId)).toMatchObject(success);
    }
    await quiet();
    expect(stage.of('debounced ').sort()).toEqual(['begin a3', 'begin b1', 'end a3', 'end b1']);
    for (const { runId } of [first, second]) expect(await stage.status('debounced', runId)).toBe('pending');
  });

  test('singleton, skip: a start while a run of its key goes on is left out', async () => {
    const first = await stage.start('skipping', { name: 'skipping a1', user: 'a', held: true });
    await stage.begun('skipping a1');
    const second = await stage.send('skipping', { name: 'skipping a2', user: 'a' });
    const other = await stage.start('skipping', { name: 'skipping b1', user: 'b' });
    expect(await other.asked).toMatchObject(success);
    await quiet();
    stage.letGo('skipping a1');
    expect(await first.asked).toMatchObject(success);
    await stage.startedAgain('skipping', { name: 'skipping a3', user: 'a' });
    expect(stage.journal).not.toContain('begin skipping a2');
    expect(await stage.status('skipping', second.runId)).toBe('pending');
  });

  test('singleton, cancel: a start cancels the run of its key that goes on', async () => {
    const first = await stage.start('replacing', { name: 'replacing a1', user: 'a', held: true });
    const other = await stage.start('replacing', { name: 'replacing b1', user: 'b', held: true });
    await stage.begun('replacing a1');
    await stage.begun('replacing b1');
    const second = await stage.start('replacing', { name: 'replacing a2', user: 'a' });
    expect(await second.asked).toMatchObject(success);
    expect(await first.asked).toMatchObject({ status: 'canceled' });
    expect(await stage.harness.rested('replacing', first.runId)).toMatchObject({ status: 'canceled' });
    stage.letGo('replacing a1', 'replacing b1');
    expect(await other.asked).toMatchObject(success);
    await stage.noted('end replacing a1');
    expect(await stage.status('replacing', first.runId)).toBe('canceled');
  });

  test('priority: an urgent run goes before those that wait already', async () => {
    const runs = [await stage.start('urgent', { name: 'urgent 0', held: true })];
    await stage.begun('urgent 0');
    for (const name of ['urgent 1', 'urgent 2', 'urgent rush']) {
      runs.push(await stage.start('urgent', { name, rush: name.endsWith('rush') }));
      await stage.queued('urgent', runs.length);
    }
    stage.letGo('urgent 0');
    for (const { asked } of runs) expect(await asked).toMatchObject(success);
    const begun = stage.of('urgent ').filter(entry => entry.startsWith('begin'));
    expect(begun).toEqual(['begin 0', 'begin rush', 'begin 1', 'begin 2']);
  });

  test.each(['limited', 'once'])(
    '%s: a start too many is never executed, one of another key is',
    async id => {
      const first = await stage.start(id, { name: `${id} a1`, user: 'a' });
      expect(await first.asked).toMatchObject(success);
      const second = await stage.send(id, { name: `${id} a2`, user: 'a' });
      const other = await stage.start(id, { name: `${id} b1`, user: 'b' });
      expect(await other.asked).toMatchObject(success);
      await quiet();
      expect(stage.of(`${id} `)).toEqual(['begin a1', 'end a1', 'begin b1', 'end b1']);
      expect(await stage.status(id, second.runId)).toBe('pending');
      await stage.queued(id, 2);
    },
  );
});
