/** What can't be done is refused with a typed error, and executes nothing. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptySnapshot } from '../../src/snapshot/snapshot';
import { type Rig, codeOf, quiet, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const OK = { resumeData: { ok: true } };

async function suspended(workflowId = 'gate'): Promise<string> {
  const run = await rig.run(workflowId);
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
  return run.runId;
}

/** Asks for something that is refused: with this code, without a write, and without an execution. */
async function refuses(code: string, workflowId: string, runId: string, ask: (run: Run) => Promise<unknown>) {
  const run = await rig.run(workflowId, runId);
  const [before, steps] = [await rig.stored(workflowId, runId), rig.steps(runId)];
  expect(await codeOf(ask(run))).toBe(code);
  await quiet();
  expect(await rig.stored(workflowId, runId)).toEqual(before);
  expect(rig.steps(runId)).toEqual(steps);
}
type Run = Awaited<ReturnType<Rig['run']>>;

test('resume data that does not fit the schema', async () => {
  const runId = await suspended();
  await refuses('WORKFLOW_SCHEMA_VALIDATION_FAILED', 'gate', runId, run =>
    run.resume({ resumeData: { ok: 'maybe' } }),
  );
  // Through the path of a nested workflow, too.
  const outerId = await suspended('outer');
  await refuses('WORKFLOW_SCHEMA_VALIDATION_FAILED', 'outer', outerId, run =>
    run.resume({ step: 'gate.approve', resumeData: { ok: 'maybe' } }),
  );
  expect(await (await rig.run('gate', runId)).resume(OK)).toMatchObject({ status: 'success' });
});

test('a createRun whose shouldPersistSnapshot looks at results that nobody has yet', async () => {
  const workflow = rig.harness.mastra.getWorkflowById('chain' as never) as unknown as {
    createRun(options: object): Promise<Run>;
  };
  const runId = randomUUID();
  const shouldPersistSnapshot = ({ stepResults }: { stepResults: object }) => 'one' in stepResults;
  expect(await codeOf(workflow.createRun({ runId, shouldPersistSnapshot }))).toBe('INVALID_WORKFLOW_OPTION');
  expect(await rig.stored('chain', runId)).toBeNull();
});

test('a finished run', async () => {
  const run = await rig.run('chain');
  await run.start({ inputData: {} });
  await refuses('RUN_NOT_SUSPENDED', 'chain', run.runId, again => again.resume(OK));
  await refuses('RUN_NOT_SUSPENDED', 'chain', run.runId, again => again.resumeAsync(OK));
  await refuses('RUN_CONFLICT', 'chain', run.runId, again => again.start({ inputData: {} }));
});

test('a pending run', async () => {
  const { runId } = await rig.run('gate');
  await refuses('RUN_NOT_SUSPENDED', 'gate', runId, run => run.resume(OK));
  await refuses('RUN_NOT_ACTIVE', 'gate', runId, run => run.restart());
});

test('a running run', async () => {
  const run = await rig.run('sleeper');
  await run.startAsync({ inputData: {} });
  await rig.reaches('sleeper', run.runId, 'waiting');
  await refuses('RUN_NOT_SUSPENDED', 'sleeper', run.runId, again => again.resume(OK));
  await refuses('RUN_ACTIVE', 'sleeper', run.runId, again =>
    again.timeTravel({ step: 'quick', inputData: {} }),
  );
  await refuses('RUN_ACTIVE', 'sleeper', run.runId, again => again.restart());
  await refuses('RUN_CONFLICT', 'sleeper', run.runId, again => again.start({ inputData: {} }));
  await run.cancel();
});

test('an unknown run', async () => {
  const unknown = async () => {
    const { runId } = await rig.run('gate');
    const store = await rig.harness.mastra.getStorage()?.getStore('workflows');
    await store?.deleteWorkflowRunById({ workflowName: 'gate', runId });
    return (
      rig.harness.mastra.getWorkflowById('gate' as never) as unknown as { runs: Map<string, Run> }
    ).runs.get(runId) as Run;
  };
  expect(await codeOf((await unknown()).resume(OK))).toBe('RUN_NOT_FOUND');
  expect(await codeOf((await unknown()).timeTravel({ step: 'after', inputData: {} }))).toBe('RUN_NOT_FOUND');
  expect(await codeOf((await unknown()).restart())).toBe('RUN_NOT_FOUND');
});

test('an id that nobody knows, for whoever asks first; the row that createRun leaves is one of a run that may begin', async () => {
  const first = await rig.run('gate');
  expect(await codeOf(first.resume(OK))).toBe('RUN_NOT_FOUND');
  await refuses('RUN_NOT_SUSPENDED', 'gate', first.runId, run => run.resume(OK));
});

test('a resume from elsewhere waits for a run that was started a moment ago', async () => {
  const run = await rig.run('gate');
  const elsewhere = await rig.run('gate', run.runId);
  const started = run.startAsync({ inputData: {} });
  expect(await elsewhere.resume(OK)).toMatchObject({ status: 'success' });
  await started;
});

test('a step that is not suspended, an unknown step, an unknown label', async () => {
  const runId = await suspended();
  await refuses('STEP_NOT_SUSPENDED', 'gate', runId, run => run.resume({ ...OK, step: 'before' }));
  await refuses('STEP_NOT_SUSPENDED', 'gate', runId, run => run.resume({ ...OK, step: 'nowhere' }));
  await refuses('STEP_NOT_SUSPENDED', 'gate', runId, run => run.resume({ ...OK, label: 'no such label' }));
});

test('several suspended steps and none named', async () => {
  const runId = await suspended('gates');
  await refuses('STEP_AMBIGUOUS', 'gates', runId, run => run.resume(OK));
  const half = await (await rig.run('gates', runId)).resume({ ...OK, step: 'right' });
  expect(half).toMatchObject({ status: 'suspended', suspended: [['left']] });
  expect(await (await rig.run('gates', runId)).resume(OK)).toMatchObject({ status: 'success' });
});

test('time travel to a step that the workflow does not have, or to none', async () => {
  const run = await rig.run('chain');
  await run.start({ inputData: {} });
  await refuses('TIME_TRAVEL_IMPOSSIBLE', 'chain', run.runId, again =>
    again.timeTravel({ step: 'nowhere', inputData: {} }),
  );
});

test('restart of a suspended run', async () => {
  const runId = await suspended();
  await refuses('RUN_NOT_ACTIVE', 'gate', runId, run => run.restart());
});

test('restart of a run that has ended gives its result again', async () => {
  const run = await rig.run('chain');
  const first = await run.start({ inputData: {} });
  const again = await (await rig.run('chain', run.runId)).restart();
  expect(again).toMatchObject({ status: 'success', result: first.result, steps: first.steps });
  expect(rig.steps(run.runId)).toEqual(['one', 'two']);
});

test('an event sent by hand for a run that is not suspended, or with data that does not fit', async () => {
  const runId = await suspended();
  const before = await rig.stored('gate', runId);
  const event = (data: object) => rig.send({ name: 'workflow.gate.resume', data });
  await event({ runId, step: 'approve', resumeData: { ok: 'maybe' } });
  await event({ runId, step: 'before', resumeData: { ok: true } });
  await event({ runId: randomUUID(), resumeData: { ok: true } });
  await event({ resumeData: { ok: true } });
  await quiet();
  expect(await rig.stored('gate', runId)).toEqual(before);
  expect(rig.steps(runId)).toEqual(['before', 'approve']);
  await event({ runId, step: 'approve', resumeData: { ok: true } });
  await rig.reaches('gate', runId, 'success');
  await event({ runId, step: 'approve', resumeData: { ok: true } });
  await quiet();
  expect(rig.steps(runId)).toEqual(['before', 'approve', 'approve resumed', 'after']);
});

test('a row that another program wrote for this run id', async () => {
  const runId = randomUUID();
  await rig.write('chain', emptySnapshot(runId, 'running', { context: { input: {} } }));
  await refuses('RUN_CONFLICT', 'chain', runId, run => run.start({ inputData: {} }));
});
