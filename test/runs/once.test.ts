/** I5: whoever asks however often, a leg of a run is executed once. */
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LegClaims } from '../../src/snapshot/leg-claim';
import { CLAIM_PATIENCE, type Snapshot } from '../../src/snapshot/snapshot';
import type { WorkflowsStore } from '../../src/snapshot/store';
import { type Rig, codeOf, quiet, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const OK = { resumeData: { ok: true } };
const GATE_STEPS = ['before', 'approve', 'approve resumed', 'after'];

async function suspended(): Promise<string> {
  const run = await rig.run('gate');
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
  return run.runId;
}

test('a run id that the dashboard uses again executes nothing', async () => {
  const run = await rig.run('chain');
  await run.start({ inputData: {} });
  const before = await rig.stored('chain', run.runId);
  await rig.harness.invoke('chain', { inputData: {}, runId: run.runId });
  await quiet();
  expect(rig.steps(run.runId)).toEqual(['one', 'two']);
  expect(await rig.stored('chain', run.runId)).toEqual(before);
});

test('of a start and an Invoke with the same run id at the same time, one executes', async () => {
  const run = await rig.run('chain');
  const ends = await Promise.allSettled([
    run.start({ inputData: {} }),
    rig.harness.invoke('chain', { inputData: {}, runId: run.runId }),
  ]);
  // The start is told so where the other was first.
  if (ends[0].status === 'rejected') expect(ends[0].reason).toMatchObject({ code: 'RUN_CONFLICT' });
  else expect(ends[0].value).toMatchObject({ status: 'success' });
  await rig.reaches('chain', run.runId, 'success');
  await quiet();
  expect(rig.steps(run.runId)).toEqual(['one', 'two']);
});

test('events that are delivered again execute nothing', async () => {
  const runId = await suspended();
  await (await rig.run('gate', runId)).resume(OK);
  const before = await rig.stored('gate', runId);
  const data = { inputData: {}, runId, mastra: { version: 1, validated: true, ancestors: [] } };
  await rig.send({ id: `gate:${runId}:start`, name: 'workflow.gate', data });
  const claim = before?.inngest?.claim;
  const leg = {
    kind: 'resume',
    steps: ['approve'],
    resumeData: { ok: true },
    claim: { number: 1, token: claim?.token },
  };
  const again = { runId, mastra: { version: 1, validated: true, ancestors: [], leg } };
  // With its id, as a client repeats it, and without, as after the 24 hours in which Inngest knows ids.
  await rig.send({ id: `gate:${runId}:leg-1`, name: 'workflow.gate.resume', data: again });
  await rig.send({ name: 'workflow.gate.resume', data: again });
  await quiet();
  expect(rig.steps(runId)).toEqual(GATE_STEPS);
  expect(await rig.stored('gate', runId)).toEqual(before);
});

test('Rerun of a finished run in the dashboard is a new run, and the old row stays', async () => {
  const run = await rig.run('chain');
  await run.start({ inputData: { path: ['in'] } });
  const before = await rig.stored('chain', run.runId);
  const owner = before?.inngest?.owner ?? '';
  const { rerun: whole } = await rig.graphql<{ rerun: string }>(
    'mutation($runID: ULID!){rerun(runID:$runID)}',
    {
      runID: owner,
    },
  );
  await rig.reaches('chain', whole, 'success');
  const { rerun: part } = await rig.graphql<{ rerun: string }>(
    'mutation($runID: ULID!,$fromStep: RerunFromStepInput){rerun(runID:$runID,fromStep:$fromStep)}',
    { runID: owner, fromStep: { stepID: opId('two') } },
  );
  await rig.reaches('chain', part, 'success');
  await quiet();
  expect(rig.steps(run.runId)).toEqual(['one', 'two']);
  expect(rig.steps(whole)).toEqual(['one', 'two']);
  // Its first step's result was copied.
  expect(rig.steps(part)).toEqual(['two']);
  expect(await rig.stored('chain', run.runId)).toEqual(before);
  for (const runId of [whole, part]) {
    const stored = await rig.stored('chain', runId);
    expect(stored).toMatchObject({ status: 'success', result: { path: ['in', 'one', 'two'] } });
    expect(stored?.inngest?.owner).toBe(runId);
  }
});

/** An op's id as Inngest has it. */
const opId = (name: string) => createHash('sha1').update(name).digest('hex');

test('a start whose event can not be sent leaves the run pending, to be started again', async () => {
  const run = await rig.run('chain');
  const before = await rig.stored('chain', run.runId);
  await rig.withoutServer(async () => {
    expect(await codeOf(run.start({ inputData: {} }))).toBe('SEND_FAILED');
    expect(await codeOf(run.startAsync({ inputData: {} }))).toBe('SEND_FAILED');
  });
  expect(await rig.stored('chain', run.runId)).toEqual(before);
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'success' });
});

test('a resume or time travel whose event can not be sent leaves the run as it was', async () => {
  const runId = await suspended();
  const before = await rig.stored('gate', runId);
  await rig.withoutServer(async () => {
    expect(await codeOf((await rig.run('gate', runId)).resume(OK))).toBe('SEND_FAILED');
    expect(await rig.stored('gate', runId)).toEqual(before);
    expect(await codeOf((await rig.run('gate', runId)).resumeAsync(OK))).toBe('SEND_FAILED');
    expect(await rig.stored('gate', runId)).toEqual(before);
    const travel = { step: 'before', inputData: {} };
    expect(await codeOf((await rig.run('gate', runId)).timeTravel(travel))).toBe('SEND_FAILED');
  });
  expect(await rig.stored('gate', runId)).toEqual(before);
  expect(await (await rig.run('gate', runId)).resume(OK)).toMatchObject({ status: 'success' });
  expect(rig.steps(runId)).toEqual(GATE_STEPS);
});

/** What a resume leaves behind that crashes before it has sent its event. */
async function crashedResume(runId: string, age: number): Promise<void> {
  const store = (await rig.harness.mastra.getStorage()?.getStore('workflows')) as unknown as WorkflowsStore;
  const found = (await rig.stored('gate', runId)) as unknown as Snapshot;
  const claims = new LegClaims(store, { workflowId: 'gate', runId });
  expect(await claims.take(found, { number: 1, token: randomUUID() })).toBe(true);
  const taken = (await rig.stored('gate', runId)) as unknown as Snapshot;
  const claim = { token: taken.inngest?.claim?.token ?? '', at: Date.now() - age };
  await rig.write('gate', { ...taken, inngest: { ...taken.inngest, claim } });
}

test('a resume that crashed between its claim and its send is healed by the next', async () => {
  const runId = await suspended();
  await crashedResume(runId, CLAIM_PATIENCE + 1000);
  expect(await (await rig.run('gate', runId)).resume(OK)).toMatchObject({ status: 'success' });
  expect(rig.steps(runId)).toEqual(GATE_STEPS);
});

test('two callers who heal the same crashed resume execute it once', async () => {
  const runId = await suspended();
  await crashedResume(runId, CLAIM_PATIENCE + 1000);
  const runs = [await rig.run('gate', runId), await rig.run('gate', runId)];
  const ends = await Promise.allSettled(runs.map(run => run.resume(OK)));
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  // Which of the two it is depends on whether the other one had gone on already when the run was looked at.
  const { reason } = ends.find(end => end.status === 'rejected') ?? {};
  expect(['RUN_CONFLICT', 'RUN_NOT_SUSPENDED']).toContain((reason as { code?: string } | undefined)?.code);
  expect(rig.steps(runId)).toEqual(GATE_STEPS);
});

test('a resume that has only just been claimed is not taken over', async () => {
  const runId = await suspended();
  await crashedResume(runId, 0);
  expect(await codeOf((await rig.run('gate', runId)).resume(OK))).toBe('RUN_CONFLICT');
  expect(rig.steps(runId)).toEqual(['before', 'approve']);
});

test('a crashed resume can also be restarted or cancelled', async () => {
  const [one, other] = [await suspended(), await suspended()];
  await crashedResume(other, CLAIM_PATIENCE + 1000);
  await (await rig.run('gate', other)).cancel();
  expect(await rig.stored('gate', other)).toMatchObject({ status: 'canceled' });
  await crashedResume(one, 0);
  expect(await codeOf((await rig.run('gate', one)).restart())).toBe('RUN_ACTIVE');
});
