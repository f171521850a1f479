/** Restart: a run whose execution Inngest has lost. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/snapshot/snapshot';
import { type Processes, startProcesses } from './support/processes';
import { type Rig, codeOf, startRig } from './support/rig';

/** A run id as Inngest makes them, of no run. */
const NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV';

describe('a row whose owner Inngest does not know', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  /** The rows of a run as they were when Inngest lost it: it is cancelled there, and they are written back. */
  async function strand(rows: [workflowId: string, runId: string][]): Promise<void> {
    const before = await Promise.all(rows.map(([workflowId, runId]) => rig.stored(workflowId, runId)));
    await rig.rest('DELETE', `/v1/runs/${before[0]?.inngest?.owner}`);
    for (const [workflowId, runId] of rows) await rig.reaches(workflowId, runId, 'canceled');
    for (const [index, [workflowId]] of rows.entries()) {
      const row = before[index] as unknown as Snapshot;
      await rig.write(workflowId, { ...row, inngest: { ...row.inngest, owner: NOBODY } });
    }
  }

  const asleep = async (known: string[]) => {
    const found = async () =>
      (await rig.harness.snapshots('stateful')).find(
        ({ runId, status }) => status === 'waiting' && !known.includes(runId),
      );
    await expect.poll(found, { interval: 20 }).toBeDefined();
    return (await found())?.runId ?? '';
  };

  test('goes on with what was not done, with its state', async () => {
    const run = await rig.run('stateful');
    await run.startAsync({ inputData: {}, initialState: { given: 1 } });
    await rig.reaches('stateful', run.runId, 'waiting');
    expect(await codeOf((await rig.run('stateful', run.runId)).restart())).toBe('RUN_ACTIVE');
    await strand([['stateful', run.runId]]);
    const result = await (await rig.run('stateful', run.runId)).restart();
    expect(result).toMatchObject({
      status: 'success',
      result: { state: { given: 1, first: true, second: true } },
    });
    expect(rig.steps(run.runId)).toEqual(['first', 'second', 'look']);
    expect(await rig.stored('stateful', run.runId)).toMatchObject({ status: 'success', inngest: { leg: 1 } });
  });

  test('goes on with what was not done, also where a later entry is a step that was done before', async () => {
    const run = await rig.run('twice');
    await run.startAsync({ inputData: {} });
    await rig.reaches('twice', run.runId, 'waiting');
    await strand([['twice', run.runId]]);
    const result = await (await rig.run('twice', run.runId)).restart();
    expect(result).toMatchObject({ status: 'success', result: { state: { first: true, second: true } } });
    expect(rig.steps(run.runId)).toEqual(['first', 'second', 'first', 'look']);
  });

  test('goes on with the step after a sleep, with its input', async () => {
    const run = await rig.run('after-a-nap');
    await run.startAsync({ inputData: {} });
    const status = async () => (await rig.stored('after-a-nap', run.runId))?.context['lasting']?.status;
    await expect.poll(status, { interval: 20 }).toBe('running');
    await strand([['after-a-nap', run.runId]]);
    const result = await (await rig.run('after-a-nap', run.runId)).restart();
    expect(result).toMatchObject({ status: 'success', result: { given: { path: ['one'] } } });
    expect(rig.steps(run.runId)).toEqual(['one', 'lasting', 'lasting']);
  });

  test('goes on inside of what is nested in it', async () => {
    const known = (await rig.harness.snapshots('stateful')).map(({ runId }) => runId);
    const run = await rig.run('nested-stateful');
    await run.startAsync({ inputData: {} });
    const nestedId = await asleep(known);
    await strand([
      ['nested-stateful', run.runId],
      ['stateful', nestedId],
    ]);
    const result = await (await rig.run('nested-stateful', run.runId)).restart();
    expect(result).toMatchObject({
      status: 'success',
      result: { state: { outer: true, first: true, second: true } },
    });
    expect(rig.steps(run.runId)).toEqual(['outer', 'first', 'second', 'look']);
  });

  test('goes on inside of what is nested in it, also where it is lost once more', async () => {
    const known = (await rig.harness.snapshots('stateful')).map(({ runId }) => runId);
    const run = await rig.run('nested-stateful');
    await run.startAsync({ inputData: {} });
    const nestedId = await asleep(known);
    const lost = () =>
      strand([
        ['nested-stateful', run.runId],
        ['stateful', nestedId],
      ]);
    await lost();
    const again = await rig.run('nested-stateful', run.runId);
    const restarted = again.restart().catch(() => undefined);
    const asleepAgain = async () => {
      const row = await rig.stored('stateful', nestedId);
      return row?.status === 'waiting' && row.inngest?.leg === 1;
    };
    await expect.poll(asleepAgain, { interval: 10 }).toBe(true);
    await lost();
    await restarted;
    const result = await (await rig.run('nested-stateful', run.runId)).restart();
    expect(result).toMatchObject({ status: 'success' });
    expect(rig.steps(run.runId)).toEqual(['outer', 'first', 'second', 'look']);
  });

  test('knows its input and state also where nothing but what is nested in it has begun', async () => {
    const known = (await rig.harness.snapshots('stateful')).map(({ runId }) => runId);
    const run = await rig.run('nested-first');
    await run.startAsync({ inputData: { order: 7 }, initialState: { given: 1 } });
    const nestedId = await asleep(known);
    expect(await rig.stored('nested-first', run.runId)).toMatchObject({
      status: 'running',
      context: { input: { order: 7 } },
      value: { given: 1 },
    });
    await strand([
      ['nested-first', run.runId],
      ['stateful', nestedId],
    ]);
    const result = await (await rig.run('nested-first', run.runId)).restart();
    expect(result).toMatchObject({
      status: 'success',
      input: { order: 7 },
      result: { state: { given: 1, first: true, second: true } },
    });
    expect(rig.steps(run.runId)).toEqual(['first', 'second', 'look']);
  });

  test('of two restarts at the same time one goes on', async () => {
    const run = await rig.run('stateful');
    await run.startAsync({ inputData: {} });
    await rig.reaches('stateful', run.runId, 'waiting');
    await strand([['stateful', run.runId]]);
    const runs = [await rig.run('stateful', run.runId), await rig.run('stateful', run.runId)];
    const ends = await Promise.allSettled(runs.map(one => one.restart()));
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(['RUN_ACTIVE', 'RUN_CONFLICT']).toContain(
      (ends.find(end => end.status === 'rejected')?.reason as { code: string }).code,
    );
    expect(rig.steps(run.runId)).toEqual(['first', 'second', 'look']);
  });
});

// Only a server of the tests' own can be lost.
describe('a server that lost its runs', () => {
  let both: Processes;
  beforeAll(async () => {
    both = await startProcesses(folder => `file:${join(folder, 'runs.db')}`, 'local');
  });
  afterAll(() => both.stop());

  test('a run that slept in it is restarted from another process, and every step is done once', async () => {
    const runId = randomUUID();
    const first = both.drive(0, 'stateful', runId, 'start', { inputData: {} });
    await expect.poll(() => both.steps(runId)).toEqual(['first']);
    await new Promise(resolve => setTimeout(resolve, 500));
    expect((await both.drive(1, 'stateful', runId, 'restart')).error?.code).toBe('RUN_ACTIVE');
    await both.replaceServer();
    const again = await both.drive(1, 'stateful', runId, 'restart');
    expect(again.value).toMatchObject({
      status: 'success',
      result: { state: { first: true, second: true } },
    });
    // Whoever started it waited all the time.
    expect((await first).value).toMatchObject({ status: 'success' });
    expect(both.steps(runId)).toEqual(['first', 'second', 'look']);
  });
});
