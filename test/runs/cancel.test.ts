import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { emptySnapshot } from '../../src/snapshot/snapshot';
import { buildStartData } from '../../src/wire/start-event';
import { type Rig, codeOf, quiet, startRig } from './support/rig';

/** How long a step may work on after its run was cancelled. */
const AT_MOST = 5_000;
let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.stop());

const invoke = (workflowId: string) => rig.harness.invoke(workflowId, { inputData: {} });
/** Runs of a workflow in the store, by id. */
const runIds = async (workflowId: string) =>
  (await rig.harness.snapshots(workflowId)).map(({ runId }) => runId);
const works = (runId: string) => expect.poll(() => rig.steps(runId)).toContain('work');

async function isAborted(runId: string): Promise<void> {
  const since = Date.now();
  await expect.poll(() => rig.steps(runId), { interval: 20 }).toContain('work aborted');
  expect(Date.now() - since).toBeLessThan(AT_MOST);
}

/** Starts a run and answers its id once it is at its work. */
async function working(workflowId: string): Promise<string> {
  const { runId } = await rig.run(workflowId).then(async run => {
    await run.startAsync({ inputData: {} });
    return run;
  });
  await works(runId);
  return runId;
}

test.each(['slow', 'slow-native'])(
  'cancel() elsewhere fires the abortSignal of the step that runs in %s',
  async workflowId => {
    const runId = await working(workflowId);
    await (await rig.run(workflowId, runId)).cancel();
    await isAborted(runId);
    await quiet();
    expect(await rig.stored(workflowId, runId)).toMatchObject({ status: 'canceled' });
    expect(rig.steps(runId)).toEqual(['work', 'work aborted']);
  },
);

test.each(['cancel()', 'the dashboard'])(
  '%s ends a run that waits for an event, and the event comes too late',
  async by => {
    const run = await rig.run('asker');
    await run.startAsync({ inputData: {} });
    await expect.poll(() => rig.steps(run.runId)).toEqual(['before']);
    // Until Inngest waits for the event.
    await quiet();
    const owner = (await rig.stored('asker', run.runId))?.inngest?.owner ?? '';
    if (by === 'cancel()') await (await rig.run('asker', run.runId)).cancel();
    else expect((await rig.rest('DELETE', `/v1/runs/${owner}`)).ok).toBe(true);
    await rig.reaches('asker', run.runId, 'canceled');
    await rig.send({ name: 'asker/answered', data: {} });
    await quiet();
    expect(rig.steps(run.runId)).toEqual(['before']);
    expect(await rig.stored('asker', run.runId)).toMatchObject({ status: 'canceled' });
  },
);

test('of two runs that wait for one event, the one that is left goes on', async () => {
  const [one, other] = [await rig.run('asker'), await rig.run('asker')];
  for (const run of [one, other]) await run.startAsync({ inputData: {} });
  for (const { runId } of [one, other]) {
    await expect.poll(() => rig.steps(runId)).toEqual(['before']);
  }
  await quiet();
  await one.cancel();
  await rig.reaches('asker', one.runId, 'canceled');
  // Inngest waits for the event a moment after the app has said so; nobody else hears of one that comes too early.
  const answered = async () => {
    await rig.send({ name: 'asker/answered', data: {} });
    return (await rig.stored('asker', other.runId))?.status;
  };
  await expect.poll(answered, { interval: 200 }).toBe('success');
  expect(rig.steps(other.runId)).toEqual(['before', 'late']);
  expect(rig.steps(one.runId)).toEqual(['before']);
});

test("Inngest's own cancelling of a run fires the abortSignal of its step", async () => {
  const runId = await working('slow');
  const owner = (await rig.stored('slow', runId))?.inngest?.owner ?? '';
  expect((await rig.rest('DELETE', `/v1/runs/${owner}`)).ok).toBe(true);
  await isAborted(runId);
  await rig.reaches('slow', runId, 'canceled');
});

test('a run of which nothing is stored learns from Inngest that it was cancelled there', async () => {
  const run = await rig.run('slow-unstored');
  let owner = '';
  rig.harness.proxy.onExecution = async body => {
    const { ctx, event } = JSON.parse(body) as {
      ctx: { run_id: string };
      event: { data: { runId?: string } };
    };
    if (event.data.runId === run.runId) owner = ctx.run_id;
  };
  await run.startAsync({ inputData: {} });
  await works(run.runId);
  rig.harness.proxy.onExecution = undefined;
  expect(await rig.stored('slow-unstored', run.runId)).toBeNull();
  expect((await rig.rest('DELETE', `/v1/runs/${owner}`)).ok).toBe(true);
  await isAborted(run.runId);
  await quiet();
  expect(rig.steps(run.runId)).toEqual(['work', 'work aborted']);
});

test('cancelling a parent fires the abortSignal of the step in what is nested in it', async () => {
  const run = await rig.run('slow-parent');
  const known = await runIds('slow');
  await run.startAsync({ inputData: {} });
  const nested = async () => (await runIds('slow')).find(runId => !known.includes(runId)) ?? '';
  await expect.poll(nested).not.toBe('');
  const nestedId = await nested();
  await works(run.runId);
  await (await rig.run('slow-parent', run.runId)).cancel();
  await isAborted(run.runId);
  await rig.reaches('slow', nestedId, 'canceled');
  expect(await rig.stored('slow-parent', run.runId)).toMatchObject({ status: 'canceled' });
});

test('of two runs that the dashboard started without a run id, cancel() ends the one that is meant', async () => {
  const known = await runIds('sleeper');
  await invoke('sleeper');
  await invoke('sleeper');
  const started = async () => (await runIds('sleeper')).filter(runId => !known.includes(runId));
  await expect.poll(async () => (await started()).length).toBe(2);
  const [one, other] = (await started()) as [string, string];
  await rig.reaches('sleeper', one, 'waiting');
  await rig.reaches('sleeper', other, 'waiting');
  await (await rig.run('sleeper', one)).cancel();
  await quiet();
  expect(await rig.stored('sleeper', one)).toMatchObject({ status: 'canceled' });
  expect(await rig.stored('sleeper', other)).toMatchObject({ status: 'waiting' });
  expect((await rig.rest('GET', `/v1/runs/${one}`).then(r => r.json())) as object).toMatchObject({
    data: { status: 'Cancelled' },
  });
  expect((await rig.rest('GET', `/v1/runs/${other}`).then(r => r.json())) as object).toMatchObject({
    data: { status: 'Running' },
  });
  await (await rig.run('sleeper', other)).cancel();
});

test('a run that was cancelled before it started executes nothing', async () => {
  const run = await rig.run('chain');
  await run.cancel();
  expect(await codeOf(run.start({ inputData: {} }))).toBe('RUN_CANCELED');
  // An event that was under way all the same.
  await rig.harness.invoke('chain', { inputData: {}, runId: run.runId });
  await quiet();
  expect(rig.steps(run.runId)).toEqual([]);
  expect(await rig.stored('chain', run.runId)).toMatchObject({ status: 'canceled' });
});

test('a run that is cancelled right after its start stays cancelled, and start() says so', async () => {
  for (const pause of [0, 5, 20, 60, 120, 250]) {
    const run = await rig.run('slow');
    // Where cancel() comes before the event is sent, start() is refused.
    const status = run.start({ inputData: {} }).then(
      result => result.status,
      (error: { code?: string }) => error.code,
    );
    await new Promise(resolve => setTimeout(resolve, pause));
    await (await rig.run('slow', run.runId)).cancel();
    expect(['canceled', 'RUN_CANCELED']).toContain(await status);
    if (rig.steps(run.runId).includes('work')) await isAborted(run.runId);
    await quiet();
    expect(rig.steps(run.runId)).not.toContain('next');
    expect(await rig.stored('slow', run.runId)).toMatchObject({ status: 'canceled' });
  }
});

test('a parent that is cancelled while its nested run begins leaves nothing that goes on', async () => {
  const known = new Set(await runIds('slow'));
  for (const pause of [20, 60, 100, 150, 250]) {
    const run = await rig.run('slow-parent');
    await run.startAsync({ inputData: {} });
    await new Promise(resolve => setTimeout(resolve, pause));
    await (await rig.run('slow-parent', run.runId)).cancel();
    await rig.reaches('slow-parent', run.runId, 'canceled');
  }
  await quiet();
  for (const runId of await runIds('slow')) {
    if (known.has(runId)) continue;
    await rig.reaches('slow', runId, 'canceled');
    if (rig.steps(runId).includes('work')) await isAborted(runId);
    expect(rig.steps(runId)).not.toContain('next');
  }
});

test('a nested run that begins after its parent was cancelled executes nothing, and has not failed', async () => {
  const [parent, nested] = [randomUUID(), randomUUID()];
  await rig.write('slow-parent', emptySnapshot(parent, 'canceled'));
  const ancestor = { workflowId: 'slow-parent', runId: parent, owner: 'x', stepId: 'slow', stepCallId: 'y' };
  const data = buildStartData(
    {
      inputData: {},
      runId: nested,
      requestContext: {},
      sender: {
        validated: true,
        ancestors: [{ ...ancestor, at: [0, 0], first: false, emits: true, retry: 0, retriesLeft: 0 }],
      },
    },
    'slow',
  );
  const before = rig.harness.proxy.executions.length;
  await rig.send({ name: 'workflow.slow', data });
  await expect.poll(() => rig.harness.proxy.executions.length).toBeGreaterThan(before);
  await quiet();
  expect(rig.steps(nested)).toEqual([]);
  expect(await rig.stored('slow', nested)).toBeNull();
});

test('cancelling a finished run changes nothing', async () => {
  const run = await rig.run('chain');
  await run.start({ inputData: {} });
  const before = await rig.stored('chain', run.runId);
  await (await rig.run('chain', run.runId)).cancel();
  await quiet();
  expect(await rig.stored('chain', run.runId)).toEqual(before);
});

test('a cancelled suspended run and what is nested in it cannot be resumed', async () => {
  const known = await runIds('gate');
  const run = await rig.run('outer');
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
  const nestedId = (await runIds('gate')).find(runId => !known.includes(runId)) ?? '';
  await (await rig.run('outer', run.runId)).cancel();
  expect(await rig.stored('outer', run.runId)).toMatchObject({ status: 'canceled' });
  expect(await rig.stored('gate', nestedId)).toMatchObject({ status: 'canceled' });
  for (const [workflowId, runId] of [
    ['outer', run.runId],
    ['gate', nestedId],
  ] as const) {
    const again = await rig.run(workflowId, runId);
    expect(await codeOf(again.resume({ resumeData: { ok: true } }))).toBe('RUN_NOT_SUSPENDED');
  }
  // By hand, past every check of the caller's side.
  await rig.send({
    name: 'workflow.gate.resume',
    data: { runId: nestedId, step: 'approve', resumeData: { ok: true } },
  });
  await quiet();
  expect(rig.steps(run.runId)).toEqual(['one', 'before', 'approve']);
});

test('cancelling an id that no run has does nothing', async () => {
  const runId = randomUUID();
  await (await rig.run('chain', runId)).cancel();
  await quiet();
  expect(rig.steps(runId)).toEqual([]);
});

test('a cancel that Inngest does not hear of says so, and the next one completes it', async () => {
  const run = await rig.run('sleeper');
  await run.startAsync({ inputData: {} });
  await rig.reaches('sleeper', run.runId, 'waiting');
  const owner = (await rig.stored('sleeper', run.runId))?.inngest?.owner;
  const state = async () => {
    const response = await rig.rest('GET', `/v1/runs/${owner}?at=${Math.random()}`);
    return ((await response.json()) as { data: { status: string } }).data.status;
  };
  await rig.withoutServer(async () => {
    const fetched = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('connect ECONNREFUSED'));
    expect(await codeOf(run.cancel())).toBe('SEND_FAILED');
    fetched.mockRestore();
  });
  expect(await state()).toBe('Running');
  await (await rig.run('sleeper', run.runId)).cancel();
  await expect.poll(state).toBe('Cancelled');
});

test('a cancel whose event is lost ends a run that Inngest knows by its id', async () => {
  const run = await rig.run('sleeper');
  const result = run.start({ inputData: {} });
  await rig.reaches('sleeper', run.runId, 'waiting');
  await rig.withoutServer(() => run.cancel());
  expect(await result).toMatchObject({ status: 'canceled' });
});
