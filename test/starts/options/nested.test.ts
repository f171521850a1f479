/** Options of a workflow that is a step of another one: its starts are invocations, and the other one waits for them. All at once. */
import { inputKey } from '@mastra/inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Stage, quiet } from './stage';

const key = inputKey('user');

const stage = new Stage();
beforeAll(() =>
  stage.begin(
    {
      alone: { concurrency: { limit: 1, key } },
      spaced: { throttle: { limit: 1, period: '20s' } },
      limited: { rateLimit: { limit: 1, period: '1h', key } },
      once: { idempotency: key },
      replacing: { singleton: { mode: 'cancel', key } },
      late: { concurrency: 1, timeouts: { start: '15s' } },
      long: { timeouts: { finish: '5s' } },
    },
    { around: true },
  ),
);
afterAll(() => stage.end());

const canceled = { status: 'canceled' };
const success = { status: 'success' };

describe.concurrent('a nested workflow', () => {
  test('concurrency: its runs come one after another by their keys, whoever started them', async () => {
    const names = ['alone a1', 'alone a2', 'alone b1'];
    const runs = [];
    for (const name of names) {
      const workflow = name === 'alone a2' ? 'alone' : 'around alone';
      runs.push(await stage.start(workflow, { name, user: name.charAt(6), held: true }));
    }
    await stage.begins('alone a', 1);
    await stage.begun('alone b1');
    await quiet();
    stage.letGo(...names);
    for (const { asked } of runs) expect(await asked).toMatchObject(success);
    expect(stage.peak('alone a')).toBe(1);
    expect(stage.peak('alone ')).toBe(2);
  });

  test('throttle: the other one waits for its turn', async () => {
    const first = await stage.start('around spaced', { name: 'spaced 1' });
    expect(await first.asked).toMatchObject(success);
    const second = await stage.start('around spaced', { name: 'spaced 2' });
    await quiet();
    expect(stage.of('spaced ')).toEqual(['begin 1', 'end 1']);
    expect(await second.asked).toMatchObject(success);
  });

  test.each(['limited', 'once'])('%s: a start too many fails the step of the one that waits', async id => {
    const first = await stage.start(`around ${id}`, { name: `${id} a1`, user: 'a' });
    expect(await first.asked).toMatchObject(success);
    const second = await stage.start(`around ${id}`, { name: `${id} a2`, user: 'a' });
    const other = await stage.start(`around ${id}`, { name: `${id} b1`, user: 'b' });
    expect(await other.asked).toMatchObject(success);
    expect(await second.asked).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('rate limited') },
    });
    expect(stage.of(`${id} `)).toEqual(['begin a1', 'end a1', 'begin b1', 'end b1']);
  });

  test('singleton, cancel: the one that waits for the run that is replaced is cancelled', async () => {
    const first = await stage.start('around replacing', { name: 'replacing a1', user: 'a', held: true });
    await stage.begun('replacing a1');
    const second = await stage.start('around replacing', { name: 'replacing a2', user: 'a' });
    expect(await second.asked).toMatchObject(success);
    expect(await first.asked).toMatchObject(canceled);
    stage.letGo('replacing a1');
  });

  test('timeouts.start: the one that waits is cancelled with it', async () => {
    const first = await stage.start('around late', { name: 'late 1', held: true });
    await stage.begun('late 1');
    const second = await stage.start('around late', { name: 'late 2' });
    expect(await second.asked).toMatchObject(canceled);
    stage.letGo('late 1');
    expect(await first.asked).toMatchObject(success);
    expect(stage.of('late ')).toEqual(['begin 1', 'end 1']);
  });

  test('timeouts.finish: the one that waits is cancelled with it', async () => {
    const run = await stage.start('around long', { name: 'long 1', held: true });
    expect(await run.asked).toMatchObject(canceled);
    stage.letGo('long 1');
  });
});
