/** The life of a run, end to end, on each store. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Rig, codeOf, quiet, startRig } from './support/rig';
import { type OpenStore, STORES } from './support/stores';

describe.each(STORES)('on $name', ({ open }) => {
  let opened: OpenStore;
  let rig: Rig;
  beforeAll(async () => {
    opened = await open();
    rig = await startRig(opened.storage);
  });
  afterAll(async () => {
    await rig.stop();
    await opened.close();
  });

  const suspended = async (runId: string = randomUUID()) => {
    const run = await rig.run('gate', runId);
    expect(await run.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
    return run;
  };

  test('a run starts, suspends, and goes on from another run object', async () => {
    const { runId } = await suspended();
    const result = await (await rig.run('gate', runId)).resume({ resumeData: { ok: true } });
    expect(result).toMatchObject({ status: 'success', result: { path: ['before', 'approve', 'after'] } });
    expect(rig.steps(runId)).toEqual(['before', 'approve', 'approve resumed', 'after']);
    expect(await rig.stored('gate', runId)).toMatchObject({ status: 'success', inngest: { leg: 1 } });
  });

  test('I5: two starts of one run execute it once', async () => {
    const runId = randomUUID();
    const runs = [await rig.run('chain', runId), await rig.run('chain', runId)];
    const ends = await Promise.allSettled(runs.map(run => run.start({ inputData: {} })));
    expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'RUN_CONFLICT' });
      else expect(end.value).toMatchObject({ status: 'success', result: { path: ['one', 'two'] } });
    }
    expect(await codeOf((await rig.run('chain', runId)).start({ inputData: {} }))).toBe('RUN_CONFLICT');
    await quiet();
    expect(rig.steps(runId)).toEqual(['one', 'two']);
  });

  test('I5: of two resumes of one suspension one goes on, the other is refused', async () => {
    const { runId } = await suspended();
    const runs = [await rig.run('gate', runId), await rig.run('gate', runId)];
    const ends = await Promise.allSettled(runs.map(run => run.resume({ resumeData: { ok: true } })));
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    // Which of the two it is depends on whether the other one had gone on already when the run was looked at.
    const { reason } = ends.find(end => end.status === 'rejected') ?? {};
    expect(['RUN_CONFLICT', 'RUN_NOT_SUSPENDED']).toContain((reason as { code?: string } | undefined)?.code);
    expect(await codeOf((await rig.run('gate', runId)).resume({ resumeData: { ok: true } }))).toBe(
      'RUN_NOT_SUSPENDED',
    );
    expect(rig.steps(runId)).toEqual(['before', 'approve', 'approve resumed', 'after']);
  });

  test('a cancelled suspended run stays cancelled', async () => {
    const { runId } = await suspended();
    await (await rig.run('gate', runId)).cancel();
    expect(await codeOf((await rig.run('gate', runId)).resume({ resumeData: { ok: true } }))).toBe(
      'RUN_NOT_SUSPENDED',
    );
    expect(await rig.stored('gate', runId)).toMatchObject({ status: 'canceled' });
    expect(rig.steps(runId)).toEqual(['before', 'approve']);
  });

  test('time travel executes a finished run once more from a step on', async () => {
    const run = await rig.run('chain');
    await run.start({ inputData: {} });
    const travel = (await rig.run('chain', run.runId)).timeTravel({
      step: 'two',
      inputData: { path: ['x'] },
    });
    expect(await travel).toMatchObject({ status: 'success', result: { path: ['x', 'two'] } });
    expect(rig.steps(run.runId)).toEqual(['one', 'two', 'two']);
    expect(await rig.stored('chain', run.runId)).toMatchObject({ status: 'success', inngest: { leg: 1 } });
  });

  test('a nested suspended run goes on by its path, and both rows end', async () => {
    const run = await rig.run('outer');
    const first = await run.start({ inputData: {} });
    expect(first).toMatchObject({ status: 'suspended', suspended: [['gate', 'approve']] });
    const result = await (
      await rig.run('outer', run.runId)
    ).resume({
      step: 'gate.approve',
      resumeData: { ok: true },
    });
    expect(result).toMatchObject({ status: 'success' });
    const { gate } = (await rig.stored('outer', run.runId))?.context ?? {};
    const { nestedRunId } = (gate as { metadata?: { nestedRunId?: string } } | undefined)?.metadata ?? {};
    expect(await rig.stored('gate', String(nestedRunId))).toMatchObject({ status: 'success' });
    expect(rig.steps(run.runId)).toEqual(['one', 'before', 'approve', 'approve resumed', 'after', 'two']);
  });
});
