/**
 * What `check` says of a run before a deploy is what then happens: random workflows, each with a run that is under way or
 * suspended while a version with random changes is deployed. `DEPLOYS` says how many, `DEPLOY_SEED` which (`random` for others),
 * `DEPLOY_INDEX` plays one alone.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outlookOf } from '../../src/check/stored-runs';
import type { Outlook } from '../../src/engine/graph-change';
import { RunRecord } from '../../src/snapshot/run-record';
import { randomOf } from '../streams/stories/schedule';
import { type DeployCase, type Entry, build, deployCase, executedBy } from './change';
import { type DeployRig, startDeploys } from './rig';

const COUNT = Number(process.env.DEPLOYS ?? 12);
const { DEPLOY_SEED = '20261130' } = process.env;
const SEED = DEPLOY_SEED === 'random' ? Math.floor(Date.now() / 1000) % 1_000_000 : Number(DEPLOY_SEED);
const ONLY = process.env.DEPLOY_INDEX === undefined ? undefined : Number(process.env.DEPLOY_INDEX);

const cases = Array.from({ length: ONLY === undefined ? COUNT : ONLY + 1 }, (_, index) => ({
  index,
  ...deployCase(randomOf(SEED * 100_003 + index)),
})).filter(({ index }) => ONLY === undefined || index === ONLY);

/** With checkpointing and without, in turn. */
const rigs: DeployRig[] = [];
beforeAll(async () => {
  rigs.push(await startDeploys({ checkpointing: true }), await startDeploys({ checkpointing: false }));
});
afterAll(() => Promise.all(rigs.map(rig => rig.stop())));
const rigOf = ({ index }: { index: number }) => rigs[index % 2] as DeployRig;

test.each(cases)(
  `what check says is what happens (DEPLOY_SEED=${SEED}, DEPLOY_INDEX=$index): $mode, $changes`,
  async one => {
    const rig = rigOf(one);
    const id = `generated-${one.index}`;
    const start = rig.steps().length;
    await rig.deploy(version => build(version, id, one.first));
    const runId = await begun(rig, one, id);
    const done = new Set(rig.steps().slice(start));
    const mark = rig.steps().length;

    // Before the deploy: the graph of a version that nobody serves yet.
    const outlook = await foreseen(rig, one, id, runId);
    await rig.deploy(version => build(version, id, one.second));
    const end = await goOn(rig, one, id, runId);

    const executed = new Set(
      rig
        .steps()
        .slice(mark)
        .map(line => line.replace(' resumed', '')),
    );
    const happened = { end, executed: [...executed].sort(), repeated: shared(executed, done) };
    expect({ ...happened, outlook }).toEqual({ ...expected(one, outlook, done), outlook });
  },
);

async function begun(rig: DeployRig, { mode }: DeployCase, id: string): Promise<string> {
  if (mode === 'running') return (await rig.napping(id)).runId;
  const run = await rig.run(id);
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'suspended' });
  return run.runId;
}

async function foreseen(rig: DeployRig, { second }: DeployCase, id: string, runId: string): Promise<Outlook> {
  const graph = rig.graphOf(version => build(version, id, second));
  const record = new RunRecord(rig.store, { workflowId: id, runId });
  return outlookOf(await rig.stored(id, runId), record, graph);
}

/** How the run ends under the second version. */
async function goOn(rig: DeployRig, { mode }: DeployCase, id: string, runId: string): Promise<string> {
  if (mode === 'suspended') {
    const run = await rig.run(id, runId);
    const resumed = run.resume({ resumeData: { ok: true } });
    return resumed.then(
      ({ status }) => status,
      async (error: { code?: string }) => `${error.code}, ${(await rig.stored(id, runId)).status}`,
    );
  }
  await rig.wake();
  const { status, error } = await rig.reaches(id, runId, 'success', 'failed', 'suspended');
  const { code } = (error ?? {}) as { code?: string };
  return code === undefined ? status : `${code}, ${status}`;
}

/** What is to happen, by the outlook and by what each version does. */
function expected({ mode, first, second }: DeployCase, outlook: Outlook, done: Set<string>) {
  const { misfits, repeats } = outlook;
  if (misfits.length > 0) {
    const end = `GRAPH_CHANGED, ${mode === 'running' ? 'failed' : 'suspended'}`;
    return { end, executed: [], repeated: [] };
  }
  const stepsOf = (id: string) => {
    const nested = [...second, ...first].find(({ kind, ids }) => kind === 'nested' && ids[0] === id);
    return nested ? executedBy(nested) : [id];
  };
  const again = new Set(repeats.flatMap(({ stepId, as }) => stepsOf(as ?? stepId)));
  const isRemembered = (id: string) => done.has(id) && !again.has(id);
  const ahead = mode === 'running' ? second : fromAsk(second);
  const all = ahead.flatMap(entry =>
    // An arm of a branch that has a result is not executed again by a later leg.
    mode === 'running' || entry.kind === 'branch'
      ? executedBy(entry).filter(id => !isRemembered(id))
      : executedBy(entry),
  );
  const executed = new Set(all);
  return {
    end: 'success',
    executed: [...executed].sort(),
    repeated: [...again].filter(id => done.has(id)).sort(),
  };
}

function fromAsk(entries: Entry[]): Entry[] {
  return entries.slice(entries.findIndex(({ kind }) => kind === 'ask'));
}

function shared(executed: Set<string>, done: Set<string>): string[] {
  return [...executed].filter(id => done.has(id) && id !== 'asks').sort();
}
