/** A run that Inngest executes while another version of its workflow is deployed: what happens to what it remembers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Flow } from '../differential/kit';
import { until } from '../support/until';
import { type DeployRig, type Version, startDeploys } from './rig';

let rig: DeployRig;
beforeAll(async () => {
  // So each op is a request of its own, and Inngest calls once more after the end of a leg: a deploy comes between any two.
  rig = await startDeploys({ checkpointing: false });
});
afterAll(() => rig.stop());

let count = 0;
type Build = (flow: Flow, version: Version) => Flow;

/** A run that naps in the first version and wakes in the second; answers how it ended there. */
async function deployed(first: Build, second: Build) {
  const id = `running-${count++}`;
  await rig.deploy(version => first(version.workflow(id), version).commit());
  const { runId } = await rig.napping(id);
  const before = await rig.stored(id, runId);
  const mark = rig.steps().length;
  await rig.deploy(version => second(version.workflow(id), version).commit());
  await rig.wake();
  const row = await rig.reaches(id, runId, 'success', 'failed', 'suspended');
  return { id, runId, row, before, steps: rig.steps().slice(mark), run: () => rig.run(id, runId) };
}

const chain: Build = (flow, v) => v.nap(flow.then(v.step('one')).then(v.step('two'))).then(v.step('three'));

test('an added step runs when the replay comes to it, before the place and behind it', async () => {
  const { row, steps } = await deployed(chain, (flow, v) =>
    v
      .nap(flow.then(v.step('one')).then(v.step('new before')).then(v.step('two')))
      .then(v.step('new behind'))
      .then(v.step('three')),
  );
  expect(row.status).toBe('success');
  expect(steps).toEqual(['new before', 'new behind', 'three']);
});

test('a removed step is not asked for', async () => {
  const { row, steps } = await deployed(chain, (flow, v) =>
    v.nap(flow.then(v.step('two'))).then(v.step('three')),
  );
  expect(row).toMatchObject({ status: 'success', result: { path: ['one', 'two', 'three'] } });
  expect(steps).toEqual(['three']);
});

test('the sleep that a run is in may be removed', async () => {
  const { row, steps } = await deployed(chain, (flow, v) =>
    flow.then(v.step('one')).then(v.step('two')).then(v.step('three')),
  );
  expect(row.status).toBe('success');
  expect(steps).toEqual(['three']);
});

test('a renamed step runs again under its new name', async () => {
  const { row, steps } = await deployed(chain, (flow, v) =>
    v.nap(flow.then(v.step('one')).then(v.step('second'))).then(v.step('three')),
  );
  expect(row.status).toBe('success');
  expect(steps).toEqual(['second', 'three']);
});

test('steps in another order are answered from memory', async () => {
  const { row, steps } = await deployed(chain, (flow, v) =>
    v.nap(flow.then(v.step('two')).then(v.step('one'))).then(v.step('three')),
  );
  expect(row.status).toBe('success');
  expect(steps).toEqual(['three']);
});

test('a step that is wrapped into a parallel or a branch is answered from memory', async () => {
  const parallel = await deployed(chain, (flow, v) =>
    v.nap(flow.then(v.step('one')).parallel([v.step('two'), v.step('beside')])).then(v.step('three')),
  );
  expect(parallel.row.status).toBe('success');
  expect(parallel.steps).toEqual(['beside', 'three']);
  const branch = await deployed(chain, (flow, v) =>
    v.nap(flow.then(v.step('one')).branch([[async () => true, v.step('two')]])).then(v.step('three')),
  );
  expect(branch.row.status).toBe('success');
  expect(branch.steps).toEqual(['three']);
});

test('a step that has another name now since it stands elsewhere runs again', async () => {
  const twice: Build = (flow, v) => v.nap(flow.then(v.step('one')).then(v.step('two')).then(v.step('one')));
  const { row, steps } = await deployed(twice, (flow, v) =>
    v.nap(flow.then(v.step('one')).then(v.step('new')).then(v.step('two')).then(v.step('one'))),
  );
  expect(row.status).toBe('success');
  expect(steps).toEqual(['new', 'one']);
});

test('a branch that has got an arm is asked again, and an arm that is done is not repeated', async () => {
  const asked: string[] = [];
  const arm = (name: string, answer: boolean) => async () => {
    asked.push(name);
    return answer;
  };
  const { row, steps } = await deployed(
    (flow, v) => v.nap(flow.branch([[arm('a', true), v.step('one')]])).then(v.step('three')),
    (flow, v) =>
      v
        .nap(
          flow.branch([
            [arm('new a', true), v.step('one')],
            [arm('new b', true), v.step('two')],
          ]),
        )
        .then(v.step('three')),
  );
  expect(row.status).toBe('success');
  expect(asked).toEqual(['a', 'new a', 'new b']);
  expect(steps).toEqual(['two', 'three']);
});

test('I9: whoever comes late is told each step of both versions, once', async () => {
  const { run } = await deployed(chain, (flow, v) =>
    v
      .nap(flow.then(v.step('one')).then(v.step('new before')).then(v.step('two')))
      .then(v.step('new behind'))
      .then(v.step('three')),
  );
  const ended: string[] = [];
  for await (const { type, payload } of (await run()).observeStream()) {
    if (type === 'workflow-step-result') ended.push(payload.id);
  }
  expect(ended.sort()).toEqual(['nap', 'new before', 'new behind', 'one', 'three', 'two']);
});

const MISFITS: [what: string, why: RegExp, second: Build][] = [
  [
    'a nested workflow',
    /it was a step and is a nested workflow/,
    (flow, v) =>
      v
        .nap(flow.then(v.step('one')).then(v.workflow('two').then(v.step('inner')).commit()))
        .then(v.step('three')),
  ],
  [
    'in a foreach',
    /it was a step of its own and is in a foreach/,
    (flow, v) => v.nap(flow.then(v.list('one')).foreach(v.step('two'))).then(v.list('three')),
  ],
  [
    'in a loop',
    /it was a step of its own and is in a loop/,
    (flow, v) =>
      v.nap(flow.then(v.step('one')).dountil(v.step('two'), async () => true)).then(v.step('three')),
  ],
  [
    'a sleep',
    /it was a step and is a sleep/,
    (flow, v) => v.nap(flow.then(v.step('one')).sleep(1, { id: 'two' })).then(v.step('three')),
  ],
  [
    'a wait for an event',
    /it was a step and is a native step/,
    (flow, v) => v.nap(flow.then(v.step('one')).then(v.waits('two'))).then(v.step('three')),
  ],
];

test.each(MISFITS)(
  'a finished step that is %s now: a typed error before anything is executed',
  async (_what, why, second) => {
    const { row, steps, before } = await deployed(chain, second);
    expect(steps).toEqual([]);
    expect(row).toMatchObject({
      status: 'failed',
      error: { code: 'GRAPH_CHANGED', stepId: 'two', message: expect.stringMatching(why) },
    });
    // What was done is kept, so that the run can be travelled in.
    expect(Object.keys(row.context).sort()).toEqual(Object.keys(before.context).sort());
  },
);

test('a caller who waits for such a run gets the typed error', async () => {
  await rig.deploy(version => chain(version.workflow('waited-for'), version).commit());
  const run = await rig.run('waited-for');
  const result = run.start({ inputData: {} });
  result.catch(() => {});
  await rig.reaches('waited-for', run.runId, 'waiting');
  await rig.deploy(v =>
    v
      .nap(v.workflow('waited-for').then(v.step('one')).sleep(1, { id: 'two' }))
      .then(v.step('three'))
      .commit(),
  );
  await rig.wake();
  await expect(result).rejects.toMatchObject({ code: 'GRAPH_CHANGED', stepId: 'two' });
});

test('such a run can be travelled in', async () => {
  const { run } = await deployed(chain, (flow, v) =>
    v.nap(flow.then(v.step('one')).dountil(v.step('two'), async () => true)).then(v.step('three')),
  );
  const mark = rig.steps().length;
  expect(await (await run()).timeTravel({ step: 'three' })).toMatchObject({ status: 'success' });
  expect(rig.steps().slice(mark)).toEqual(['three']);
});

test('unnamed mappings are counted, so one that was put in front of another is found out', async () => {
  const mapped: Build = (flow, v) =>
    v
      .nap(
        flow
          .then(v.step('one'))
          .map(async ({ inputData }: { inputData: object }) => ({ ...inputData, a: 1 })),
      )
      .then(v.step('three'));
  const { id, row, steps } = await deployed(mapped, (flow, v) =>
    v
      .nap(
        flow
          .map(async () => ({ path: ['mapped'] }))
          .then(v.step('one'))
          .map(async ({ inputData }: { inputData: object }) => ({ ...inputData, a: 1 })),
      )
      .then(v.step('three')),
  );
  expect(steps).toEqual([]);
  expect(row).toMatchObject({
    status: 'failed',
    error: { code: 'GRAPH_CHANGED', stepId: `mapping_${id}_0` },
  });
});

test('a run that suspends under a version in which its step stands elsewhere is resumed there', async () => {
  const { run, row, steps } = await deployed(
    (flow, v) =>
      v
        .nap(flow.then(v.step('one')))
        .then(v.ask('approve'))
        .then(v.step('end')),
    (flow, v) =>
      v
        .nap(flow.then(v.step('new')).then(v.step('one')))
        .then(v.ask('approve'))
        .then(v.step('end')),
  );
  expect(row.status).toBe('suspended');
  expect(steps).toEqual(['new', 'approve']);
  expect(await (await run()).resume({ resumeData: { ok: true } })).toMatchObject({ status: 'success' });
});

test('a leg that goes on after a suspension goes on at the new place of its step', async () => {
  const id = 'later-leg';
  const asks: Build = (flow, v) => v.nap(flow.then(v.step('one')).then(v.ask('approve'))).then(v.step('end'));
  await rig.deploy(version => asks(version.workflow(id), version).commit());
  const run = await rig.run(id);
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
  await (await rig.run(id, run.runId)).resumeAsync({ resumeData: { ok: true } });
  await rig.reaches(id, run.runId, 'waiting');
  await rig.deploy(v =>
    v
      .nap(
        v.workflow(id).then(v.step('new')).then(v.step('one')).then(v.step('newer')).then(v.ask('approve')),
      )
      .then(v.step('end'))
      .commit(),
  );
  const mark = rig.steps().length;
  await rig.wake();
  await rig.reaches(id, run.runId, 'success');
  expect(rig.steps().slice(mark)).toEqual(['end']);
});

test('of several deploys, what one version executed is compared with the next one as that version had it', async () => {
  const id = 'third-version';
  await rig.deploy(version => chain(version.workflow(id), version).commit());
  const { runId } = await rig.napping(id);
  // Where the first version had a step and has not come to, the second has a loop.
  const second: Build = (flow, v) =>
    v.nap(
      v
        .nap(flow.then(v.step('new')).then(v.step('one')).then(v.step('two')))
        .dountil(v.step('three'), async () => true),
      'siesta',
    );
  await rig.deploy(version => second(version.workflow(id), version).then(version.step('end')).commit());
  await rig.wake();
  await rig.reachesWith(id, runId, ({ status, context }) => status === 'waiting' && 'three' in context);
  await rig.deploy(version =>
    second(version.workflow(id), version).then(version.step('newer')).then(version.step('end')).commit(),
  );
  const mark = rig.steps().length;
  await rig.wake();
  expect(await rig.reaches(id, runId, 'success', 'failed')).toMatchObject({ status: 'success' });
  expect(rig.steps().slice(mark)).toEqual(['newer', 'end']);
});

test('a nested run goes on under its own new graph', async () => {
  const nested =
    (names: string[]): Build =>
    (flow, v) =>
      flow
        .then(
          v
            .nap(names.reduce<Flow>((inner, name) => inner.then(v.step(name)), v.workflow('napper')))
            .then(v.step('inner end'))
            .commit(),
        )
        .then(v.step('end'));
  const id = 'nests';
  await rig.deploy(version => nested(['a', 'b'])(version.workflow(id), version).commit());
  const run = await rig.run(id);
  await run.startAsync({ inputData: {} });
  const store = await rig.storage.getStore('workflows');
  await until(async () => {
    const { runs = [] } = (await store?.listWorkflowRuns({ workflowName: 'napper' })) ?? {};
    return runs.some(({ snapshot }) => (snapshot as { status: string }).status === 'waiting');
  });
  await rig.settled();
  await rig.deploy(version => nested(['b', 'new'])(version.workflow(id), version).commit());
  const mark = rig.steps().length;
  await rig.wake();
  await rig.reaches(id, run.runId, 'success');
  expect(rig.steps().slice(mark)).toEqual(['new', 'inner end', 'end']);
});
