/** A rolling deploy: an instance of an earlier release continues or starts a run by its own event, and this release executes it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptySnapshot, type Snapshot } from '../../src/snapshot/snapshot';
import { until } from '../support/until';
import { type Rig, quiet, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const OK = { ok: true };
/** Without a mark of this release, as an earlier one writes its rows. */
const unmarked = ({ inngest: _inngest, ...row }: Snapshot): Snapshot => row as Snapshot;

async function suspended(workflowId: string, inputData: unknown = {}): Promise<string> {
  const run = await rig.run(workflowId);
  expect(await run.start({ inputData })).toMatchObject({ status: 'suspended' });
  return run.runId;
}

/** What an earlier release's `run.resume()` does: it sets the row to `running`, and sends the workflow's own event. */
async function resumesElsewhere(workflowId: string, runId: string, steps: string[], resumePayload: unknown) {
  const row = (await rig.stored(workflowId, runId)) as Snapshot;
  await rig.write(workflowId, { ...row, status: 'running', timestamp: Date.now() });
  const resume = { steps, resumePayload, resumePath: row.suspendedPaths[steps[0] ?? ''] };
  const data = { inputData: resumePayload, runId, workflowId, resume, requestContext: {} };
  await rig.send({ name: `workflow.${workflowId}`, data });
}

const KINDS: [kind: string, rewrite: (row: Snapshot) => Snapshot][] = [
  ['of this release', row => row],
  ['of an earlier release', unmarked],
];

test.each(KINDS)(
  'a suspended run %s is resumed by an earlier release’s event, once',
  async (_kind, rewrite) => {
    const runId = await suspended('gate');
    await rig.write('gate', rewrite((await rig.stored('gate', runId)) as Snapshot));
    await resumesElsewhere('gate', runId, ['approve'], OK);
    await rig.reaches('gate', runId, 'success');
    const { result } = (await rig.stored('gate', runId)) as Snapshot;
    expect(result).toEqual({ path: ['before', 'approve', 'after'] });
    expect(rig.steps(runId)).toEqual(['before', 'approve', 'approve resumed', 'after']);
  },
);

test('so is one in a nested workflow, and the items of a foreach, one after the other', async () => {
  const outer = await suspended('outer');
  await resumesElsewhere('outer', outer, ['gate', 'approve'], OK);
  await rig.reaches('outer', outer, 'success');
  const items = await suspended('items', [{}, {}]);
  await resumesElsewhere('items', items, ['each'], OK);
  await until(() => rig.steps(items).length === 3);
  await rig.reaches('items', items, 'suspended');
  await resumesElsewhere('items', items, ['each'], OK);
  await rig.reaches('items', items, 'success');
  expect(rig.steps(items)).toEqual(['each', 'each resumed', 'each', 'each resumed']);
});

test('an event that names no step resumes the one that is suspended', async () => {
  const runId = await suspended('gate');
  await resumesElsewhere('gate', runId, [], OK);
  await rig.reaches('gate', runId, 'success');
});

test('what is refused leaves the run suspended, with the reason, and it can be resumed here', async () => {
  const runId = await suspended('gate');
  await resumesElsewhere('gate', runId, ['approve'], { ok: 'perhaps' });
  await rig.reaches('gate', runId, 'suspended');
  expect((await rig.stored('gate', runId))?.error).toMatchObject({
    message: expect.stringContaining('resume data'),
  });
  await resumesElsewhere('gate', runId, ['nowhere'], OK);
  await rig.reaches('gate', runId, 'suspended');
  expect((await rig.stored('gate', runId))?.error).toMatchObject({
    message: expect.stringContaining('nowhere'),
  });
  const result = await (await rig.run('gate', runId)).resume({ resumeData: OK });
  expect(result).toMatchObject({ status: 'success' });
  expect((await rig.stored('gate', runId))?.error).toBeUndefined();
  expect(rig.steps(runId)).toEqual(['before', 'approve', 'approve resumed', 'after']);
});

test('a run that executes here is not taken from its execution', async () => {
  const run = await rig.run('sleeper');
  await run.startAsync({ inputData: {} });
  await rig.reaches('sleeper', run.runId, 'waiting');
  const before = await rig.stored('sleeper', run.runId);
  const resume = { steps: ['quick'], resumePayload: OK };
  await rig.send({ name: 'workflow.sleeper', data: { runId: run.runId, resume } });
  await quiet();
  expect(await rig.stored('sleeper', run.runId)).toEqual(before);
  await run.cancel();
});

test.each([
  ['resume', { resume: { steps: ['approve'], resumePayload: OK } }],
  ['time travel', { timeTravel: { steps: ['approve'], stepResults: {} } }],
])('a %s of a run that the store does not know starts nothing', async (_what, data) => {
  const runId = randomUUID();
  await rig.send({ name: 'workflow.gate', data: { inputData: OK, runId, ...data } });
  await rig.send({ name: 'workflow.gate', data: { inputData: OK, ...data } });
  await quiet();
  expect(await rig.stored('gate', runId)).toBeNull();
  expect(rig.journal.filter(line => line.includes(runId))).toEqual([]);
});

test('a time travel goes on where the earlier release has sent it to, though it has emptied the row', async () => {
  const run = await rig.run('chain');
  await run.start({ inputData: { path: [] } });
  const { context } = (await rig.stored('chain', run.runId)) as Snapshot;
  await rig.write('chain', emptySnapshot(run.runId, 'running'));
  const { input, one } = context;
  const stepResults = { input, one, two: { ...(context.two as object), status: 'running' } };
  const timeTravel = { steps: ['two'], stepResults, executionPath: [1], state: {} };
  const data = { runId: run.runId, initialState: {}, stepResults, timeTravel, requestContext: {} };
  await rig.send({ name: 'workflow.chain', data });
  await rig.reaches('chain', run.runId, 'success');
  expect(rig.steps(run.runId)).toEqual(['one', 'two', 'two']);
  expect((await rig.stored('chain', run.runId))?.result).toEqual({ path: ['one', 'two'] });
});

test('a run that an earlier release starts, which says that it is running, is executed once', async () => {
  const runId = randomUUID();
  await rig.write('chain', emptySnapshot(runId, 'running'));
  await rig.send({ name: 'workflow.chain', data: { inputData: { path: [] }, runId } });
  await rig.reaches('chain', runId, 'success');
  await rig.send({ name: 'workflow.chain', data: { inputData: { path: [] }, runId } });
  await quiet();
  expect(rig.steps(runId)).toEqual(['one', 'two']);
});
