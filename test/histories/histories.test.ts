/**
 * I3: the op ids of each graph are those that were recorded. A changed id makes a run that is under way execute a step
 * again, so a difference here needs a reason in the changelog; `UPDATE_HISTORIES=1` records anew.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Case } from '../differential/kit';
import { MODES } from '../differential/modes';
import { type Rig, inngestRig } from '../differential/rig';
import { eachOf } from '../differential/suite';
import type { WireProxy } from '../support/wire-proxy';
import { GRAPHS } from './graphs';

/** The ops of each function, run by run: `StepRun fetch-user`. */
type History = Record<string, string[][]>;

let rig: Rig;
beforeAll(async () => {
  rig = await inngestRig(GRAPHS, MODES.noCheckpointing);
  await eachOf(GRAPHS, async graph => void (await rig.observe(graph)));
  await rig.proxy?.quiet();
});
afterAll(() => rig.stop());

test.each(GRAPHS.map(graph => [graph.name, graph] as const))('%s', async (name, graph) => {
  const recorded = new URL(`recorded/${name}.json`, import.meta.url);
  const history = historyOf(graph, rig.proxy as WireProxy);
  if (process.env.UPDATE_HISTORIES) await writeFile(recorded, `${JSON.stringify(history, null, 2)}\n`);
  const known = JSON.parse(await readFile(recorded, 'utf8')) as History;
  expect(history).toEqual(known);
});

function historyOf({ name, unordered }: Case, proxy: WireProxy): History {
  const functions = new Map(
    proxy.executions.map(({ runId, fnId }) => [runId, fnId.replace(/^.*?-workflow\./, '')]),
  );
  const history: History = {};
  for (const [runId, workflowId] of functions) {
    if (workflowId !== name && !workflowId.startsWith(`${name}-`)) continue;
    const ops = proxy.counted().filter(op => op.runId === runId);
    const names = ops.map(op => `${op.op} ${op.name}`);
    // Ops that ran at once cross the wire in any order.
    (history[workflowId] ??= []).push(unordered ? names.sort() : names);
  }
  for (const runs of Object.values(history))
    runs.sort((left, right) => (left.join() < right.join() ? -1 : 1));
  return Object.fromEntries(Object.entries(history).sort(([left], [right]) => (left < right ? -1 : 1)));
}
