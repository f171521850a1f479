/** What options are for a run that is suspended, and for one that is resumed. Inngest has ended the first, and the second is new to it. */
import { randomUUID } from 'node:crypto';
import { inputKey } from '@mastra/inngest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../support/until';
import { Stage, quiet } from './stage';

const user = inputKey('user');
const left = `user/left-while-asked-${randomUUID()}`;
/** Far more than a leg takes that nobody holds. */
const FINISH = 8_000;

const stage = new Stage();
beforeAll(() =>
  stage.begin({
    'asks-single': { singleton: { mode: 'skip', key: user } },
    'asks-replacing': { singleton: { mode: 'cancel', key: user } },
    'asks-left': { cancelOn: [{ event: left, if: `async.data.user == ${user}` }] },
    'asks-long': { timeouts: { finish: `${FINISH / 1000}s` } },
    'asks-alone': { concurrency: { limit: 1, key: user } },
    'asks-telling': {
      onFailure: ({ error }: { error: Error }) =>
        void stage.journal.push(`told asks-telling: ${error.message}`),
    },
  }),
);
afterAll(() => stage.end());

const success = { status: 'success' };
const canceled = { status: 'canceled' };
const resumeData = { yes: true };

describe.concurrent('a run that is suspended', () => {
  test('singleton, skip: it does not count, and is resumed beside another one', async () => {
    const first = await stage.suspended('asks-single', { name: 'single 1', user: 'a' });
    await stage.startedAgain('asks-single', { name: 'single 2', user: 'a', held: true });
    expect(await stage.status('asks-single', first.runId)).toBe('suspended');
    expect(await first.resume({ resumeData })).toMatchObject(success);
    stage.letGo('single 2');
    await stage.noted('end single 2');
  });

  test('singleton, cancel: it is not cancelled, nor does it cancel another one', async () => {
    const first = await stage.suspended('asks-replacing', { name: 'replacing 1', user: 'a' });
    const second = await stage.start('asks-replacing', { name: 'replacing 2', user: 'a', held: true });
    await stage.begun('replacing 2');
    expect(await stage.status('asks-replacing', first.runId)).toBe('suspended');
    expect(await first.resume({ resumeData })).toMatchObject(success);
    stage.letGo('replacing 2');
    expect(await second.asked).toMatchObject(success);
  });

  test('cancelOn: an event cancels it once it is resumed, not before', async () => {
    const early = await stage.suspended('asks-left', { name: 'left early', user: 'a' });
    const late = await stage.suspended('asks-left', { name: 'left late', user: 'b', held: true });
    await stage.harness.inngest.send({ name: left, data: { user: 'a' } });
    await quiet();
    expect(await stage.status('asks-left', early.runId)).toBe('suspended');
    expect(await early.resume({ resumeData })).toMatchObject(success);
    const resumed = late.resume({ resumeData });
    await stage.begun('left late');
    await stage.harness.inngest.send({ name: left, data: { user: 'b' } });
    expect(await resumed).toMatchObject(canceled);
    expect(await stage.harness.rested('asks-left', late.runId)).toMatchObject(canceled);
    stage.letGo('left late');
  });

  test('timeouts.finish: its time does not go on, and begins anew once it is resumed', async () => {
    const first = await stage.suspended('asks-long', { name: 'long 1' });
    const second = await stage.suspended('asks-long', { name: 'long 2', held: true });
    await new Promise(resolve => setTimeout(resolve, FINISH));
    await quiet();
    expect(await stage.status('asks-long', first.runId)).toBe('suspended');
    expect(await first.resume({ resumeData })).toMatchObject(success);
    expect(await second.resume({ resumeData })).toMatchObject(canceled);
    expect(await stage.harness.rested('asks-long', second.runId)).toMatchObject(canceled);
    stage.letGo('long 2');
  });

  test('concurrency: those that are resumed are counted by themselves, by their keys', async () => {
    const [one, two] = [
      await stage.suspended('asks-alone', { name: 'resumed 1', user: 'a', held: true }),
      await stage.suspended('asks-alone', { name: 'resumed 2', user: 'a', held: true }),
    ];
    const started = await stage.start('asks-alone', { name: 'started 1', user: 'a', held: true });
    await stage.begun('started 1');
    const resumed = [one, two].map(run => run.resume({ resumeData }));
    await stage.begins('resumed ', 1);
    await quiet();
    stage.letGo('resumed 1', 'resumed 2');
    for (const result of resumed) expect(await result).toMatchObject(success);
    expect(stage.peak('resumed ')).toBe(1);
    stage.letGo('started 1');
    expect(await started.asked).toMatchObject(success);
  });

  test('onFailure is called once where it fails after a resume', async () => {
    const run = await stage.suspended('asks-telling', { name: 'telling', fails: true });
    expect(await run.resume({ resumeData })).toMatchObject({ status: 'failed' });
    const told = () => stage.journal.filter(entry => entry.startsWith('told'));
    await until(told, ({ length }) => length > 0);
    await quiet();
    expect(told()).toEqual(['told asks-telling: no such user: telling']);
  });
});
