/** A run that is suspended while another version of its workflow is deployed goes on where its step stands now, or not at all. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Flow } from '../differential/kit';
import { type DeployRig, type Version, startDeploys } from './rig';

let rig: DeployRig;
beforeAll(async () => {
  // So each op is a request of its own, and Inngest calls once more after the end of a leg: a deploy comes between any two.
  rig = await startDeploys({ checkpointing: false });
});
afterAll(() => rig.stop());

const ANSWER = { resumeData: { ok: true } };
let count = 0;

/** A run of a workflow's first version, suspended. */
async function suspendedRun(first: (flow: Flow, version: Version) => Flow) {
  const id = `suspended-${count++}`;
  await rig.deploy(version => first(version.workflow(id), version).commit());
  const before = await rig.run(id);
  expect(await before.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
  const { runId } = before;
  let mark = 0;
  return {
    id,
    runId,
    deploy: async (second: (flow: Flow, version: Version) => Flow) => {
      await rig.deploy(version => second(version.workflow(id), version).commit());
      mark = rig.steps(runId).length;
    },
    /** What was executed since the deploy. */
    steps: () => rig.steps(runId).slice(mark),
    run: () => rig.run(id, runId),
    stored: () => rig.stored(id, runId),
  };
}

/** Likewise, and then its second version is deployed. */
async function deployed(
  first: (flow: Flow, version: Version) => Flow,
  second: (flow: Flow, version: Version) => Flow,
) {
  const made = await suspendedRun(first);
  await made.deploy(second);
  return made;
}

const asked = (flow: Flow, v: Version) =>
  flow.then(v.step('draft')).then(v.step('check')).then(v.ask('approve')).then(v.step('ship'));

test('a step before the suspended one was removed: the suspended one goes on at its new place', async () => {
  const { run, steps } = await deployed(asked, (flow, v) =>
    flow.then(v.step('draft')).then(v.ask('approve')).then(v.step('ship')),
  );
  const result = await (await run()).resume({ step: 'approve', ...ANSWER });
  expect(result).toMatchObject({
    status: 'success',
    result: { path: ['draft', 'check', 'approve', 'ship'] },
  });
  expect(steps()).toEqual(['approve resumed', 'ship']);
});

test.each([
  ['without a step', ANSWER],
  ['by its label', { label: 'label-approve', ...ANSWER }],
])('it goes on also where it is resumed %s, and new steps behind it run', async (_how, args) => {
  const { run, steps } = await deployed(asked, (flow, v) =>
    flow
      .then(v.step('new first'))
      .then(v.step('draft'))
      .then(v.step('check'))
      .then(v.step('new before'))
      .then(v.ask('approve'))
      .then(v.step('new behind'))
      .then(v.step('ship')),
  );
  const result = await (await run()).resume(args);
  expect(result).toMatchObject({ status: 'success' });
  expect(steps()).toEqual(['approve resumed', 'new behind', 'ship']);
});

const CHANGES: [what: string, why: RegExp, second: (flow: Flow, version: Version) => Flow][] = [
  [
    'removed',
    /not in the graph any more/,
    (flow, v) => flow.then(v.step('draft')).then(v.step('check')).then(v.step('ship')),
  ],
  [
    'renamed',
    /not in the graph any more/,
    (flow, v) => flow.then(v.step('draft')).then(v.step('check')).then(v.ask('confirm')).then(v.step('ship')),
  ],
  [
    'put into a parallel',
    /it was a step of its own and is in a parallel/,
    (flow, v) =>
      flow
        .then(v.step('draft'))
        .parallel([v.ask('approve'), v.step('log')])
        .then(v.step('ship')),
  ],
  [
    'put into a branch',
    /it was a step of its own and is in a branch/,
    (flow, v) =>
      flow
        .then(v.step('draft'))
        .branch([[async () => true, v.ask('approve')]])
        .then(v.step('ship')),
  ],
  [
    'put into a loop',
    /it was a step of its own and is in a loop/,
    (flow, v) =>
      flow
        .then(v.step('draft'))
        .dountil(v.ask('approve'), async () => true)
        .then(v.step('ship')),
  ],
  [
    'put into a foreach',
    /it was a step of its own and is in a foreach/,
    (flow, v) => flow.then(v.list('draft')).foreach(v.ask('approve')).then(v.step('ship')),
  ],
  [
    'made a nested workflow',
    /it was a step and is a nested workflow/,
    (flow, v) =>
      flow
        .then(v.step('draft'))
        .then(v.workflow('approve').then(v.ask('inner')).commit())
        .then(v.step('ship')),
  ],
  [
    'made a wait for an event',
    /it was a step and is a native step/,
    (flow, v) => flow.then(v.step('draft')).then(v.waits('approve')).then(v.step('ship')),
  ],
  [
    'put behind a step that was to come',
    /"ship" does not fit any more: it was to come, and stands before/,
    (flow, v) => flow.then(v.step('draft')).then(v.step('check')).then(v.step('ship')).then(v.ask('approve')),
  ],
  [
    'used twice',
    /the graph had it 1 times and has it 2 times/,
    (flow, v) =>
      flow.then(v.ask('approve')).then(v.step('check')).then(v.ask('approve')).then(v.step('ship')),
  ],
];

test.each(CHANGES)(
  'the suspended step was %s: a typed error, nothing is sent or executed, and the run stays suspended',
  async (_what, why, second) => {
    const { run, steps, stored, id, runId } = await deployed(asked, second);
    const before = await stored();
    const sent = rig.sent.length;
    const refused = (await run()).resume({ step: 'approve', ...ANSWER });
    await expect(refused).rejects.toMatchObject({
      code: 'GRAPH_CHANGED',
      workflowId: id,
      runId,
      message: expect.stringMatching(why),
    });
    await expect((await run()).resumeAsync(ANSWER)).rejects.toMatchObject({ code: 'GRAPH_CHANGED' });
    expect(rig.sent.length).toBe(sent);
    expect(steps()).toEqual([]);
    expect(await stored()).toEqual(before);
  },
);

test('restart() of such a run goes on behind its last finished step, and runs what is new there', async () => {
  const { run, steps } = await deployed(asked, (flow, v) =>
    flow.then(v.step('draft')).then(v.step('check')).then(v.step('confirm')).then(v.step('ship')),
  );
  const result = await (await run()).restart();
  expect(result).toMatchObject({
    status: 'success',
    result: { path: ['draft', 'check', 'confirm', 'ship'] },
  });
  expect(result.steps).not.toHaveProperty('approve');
  expect(steps()).toEqual(['confirm', 'ship']);
});

test('restart() refuses to leave out a step that was to come and stands before the finished ones now', async () => {
  const { run, steps } = await deployed(asked, (flow, v) =>
    flow.then(v.step('ship')).then(v.step('draft')).then(v.step('check')).then(v.step('end')),
  );
  await expect((await run()).restart()).rejects.toMatchObject({ code: 'GRAPH_CHANGED', stepId: 'ship' });
  expect(steps()).toEqual([]);
});

test('an arm that was not taken was not to come: restart() goes on', async () => {
  const arms = (flow: Flow, v: Version) =>
    flow.branch([
      [async () => true, v.step('taken')],
      [async () => false, v.step('left out')],
    ]);
  const { run, steps } = await deployed(
    (flow, v) => arms(flow, v).then(v.ask('approve')).then(v.step('ship')),
    (flow, v) => arms(flow, v).then(v.step('ship')),
  );
  expect(await (await run()).restart()).toMatchObject({ status: 'success' });
  expect(steps()).toEqual(['ship']);
});

test('time travel is another way out', async () => {
  const { run, steps } = await deployed(asked, (flow, v) =>
    flow.then(v.step('draft')).then(v.ask('confirm')).then(v.step('ship')),
  );
  expect(await (await run()).timeTravel({ step: 'confirm' })).toMatchObject({ status: 'suspended' });
  expect(await (await run()).resume({ step: 'confirm', ...ANSWER })).toMatchObject({
    status: 'success',
    result: { path: ['draft', 'confirm', 'ship'] },
  });
  expect(steps()).toEqual(['confirm', 'confirm resumed', 'ship']);
});

test('restart() of a suspended run that fits is refused as ever: it is to be resumed', async () => {
  const { run } = await deployed(asked, (flow, v) =>
    flow.then(v.step('draft')).then(v.ask('approve')).then(v.step('ship')),
  );
  await expect((await run()).restart()).rejects.toMatchObject({ code: 'RUN_NOT_ACTIVE' });
});

test('of a parallel, each suspended arm goes on at its new place, and an arm may be removed', async () => {
  const { run, steps } = await deployed(
    (flow, v) => flow.parallel([v.step('quick'), v.ask('left'), v.ask('right')]).then(v.step('join')),
    (flow, v) =>
      flow
        .then(v.step('new first'))
        .parallel([v.ask('right'), v.ask('left')])
        .then(v.step('join')),
  );
  expect(await (await run()).resume({ step: 'left', ...ANSWER })).toMatchObject({ status: 'suspended' });
  expect(await (await run()).resume(ANSWER)).toMatchObject({ status: 'success' });
  expect(steps()).toEqual(['left resumed', 'right resumed', 'join']);
});

test('an arm that was added to the parallel of a suspended step would never run: a typed error', async () => {
  const { run } = await deployed(
    (flow, v) => flow.parallel([v.ask('left'), v.step('right')]).then(v.step('join')),
    (flow, v) => flow.parallel([v.ask('left'), v.step('right'), v.step('third')]).then(v.step('join')),
  );
  await expect((await run()).resume(ANSWER)).rejects.toMatchObject({
    code: 'GRAPH_CHANGED',
    message: expect.stringContaining('"third" was added'),
  });
});

test('a suspended arm of a branch, a turn of a loop and an item of a foreach go on at their new place', async () => {
  const branch = await deployed(
    (flow, v) => flow.branch([[async () => true, v.ask('arm')]]).then(v.step('end')),
    (flow, v) =>
      flow
        .then(v.step('new'))
        .branch([
          [async () => false, v.step('other')],
          [async () => true, v.ask('arm')],
        ])
        .then(v.step('end')),
  );
  expect(await (await branch.run()).resume(ANSWER)).toMatchObject({ status: 'success' });
  expect(branch.steps()).toEqual(['arm resumed', 'end']);
  const loop = await deployed(
    (flow, v) => flow.dountil(v.ask('turn'), async () => true).then(v.step('end')),
    (flow, v) =>
      flow
        .then(v.step('new'))
        .dowhile(v.ask('turn'), async () => false)
        .then(v.step('end')),
  );
  expect(await (await loop.run()).resume(ANSWER)).toMatchObject({ status: 'success' });
  expect(loop.steps()).toEqual(['turn resumed', 'end']);
  const foreach = await deployed(
    (flow, v) => flow.then(v.items('make', 2)).foreach(v.ask('each'), { concurrency: 2 }).then(v.list('end')),
    (flow, v) =>
      flow
        .then(v.step('new'))
        .then(v.items('make', 2))
        .foreach(v.ask('each'), { concurrency: 2 })
        .then(v.list('end')),
  );
  expect(await (await foreach.run()).resume({ ...ANSWER, forEachIndex: 1 })).toMatchObject({
    status: 'suspended',
  });
  expect(await (await foreach.run()).resume({ ...ANSWER, forEachIndex: 0 })).toMatchObject({
    status: 'success',
  });
  expect(foreach.steps()).toEqual(['each resumed', 'each resumed', 'end']);
});

/** A workflow with another one in it, whose steps are given. */
const nesting =
  (steps: (v: Version) => unknown[], more: (v: Version) => unknown[] = () => []) =>
  (flow: Flow, v: Version) => {
    const inner = steps(v)
      .reduce<Flow>((nested, step) => nested.then(step), v.workflow('nested'))
      .commit();
    return [...more(v), inner, v.step('end')].reduce<Flow>((outer, step) => outer.then(step), flow);
  };

test('a nested run goes on at its new place in a nested workflow that has a new place itself', async () => {
  const { run } = await deployed(
    nesting(v => [v.step('inner one'), v.ask('inner ask')]),
    nesting(
      v => [v.ask('inner ask'), v.step('inner new')],
      v => [v.step('new first')],
    ),
  );
  const mark = rig.steps().length;
  expect(await (await run()).resume(ANSWER)).toMatchObject({ status: 'success' });
  expect(rig.steps().slice(mark)).toEqual(['inner ask resumed', 'inner new', 'end']);
});

test('where the nested run does not fit, resume() is refused, and restart() goes on in it', async () => {
  const { run, stored } = await deployed(
    nesting(v => [v.step('inner one'), v.ask('inner ask')]),
    nesting(v => [v.step('inner one'), v.step('inner new')]),
  );
  const before = await stored();
  const mark = rig.steps().length;
  await expect((await run()).resume(ANSWER)).rejects.toMatchObject({
    code: 'GRAPH_CHANGED',
    stepId: 'inner ask',
  });
  expect(await stored()).toEqual(before);
  expect(rig.steps().length).toBe(mark);
  expect(await (await run()).restart()).toMatchObject({ status: 'success' });
  expect(rig.steps().slice(mark)).toEqual(['inner new', 'end']);
});

test.each([
  ['itself', asked, (flow: Flow, v: Version) => flow.then(v.step('draft')).then(v.step('ship')), 'approve'],
  ['in a nested run', nesting(v => [v.ask('inner ask')]), nesting(v => [v.step('inner new')]), 'inner ask'],
])(
  'a caller that still has the older graph hears why the new version does not go on: %s',
  async (_where, first, second, stepId) => {
    const { run, deploy, steps, stored } = await suspendedRun(first);
    const older = await run();
    await deploy(second);
    const before = await stored();
    await expect(older.resume(ANSWER)).rejects.toMatchObject({
      code: 'GRAPH_CHANGED',
      stepId,
      workflowId: expect.stringContaining('suspended-'),
      runId: older.runId,
      message: expect.stringContaining('not in the graph any more'),
    });
    expect(steps()).toEqual([]);
    expect(await stored()).toMatchObject({ status: 'suspended', context: before.context });
    await deploy(first);
    expect(await (await run()).resume(ANSWER)).toMatchObject({ status: 'success' });
  },
);
