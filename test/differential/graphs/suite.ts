/** Random graphs in one mode. `GRAPHS` says how many there are in all modes together, `GRAPH_SEED` which. */
import { describe, expect, test } from 'vitest';
import { describeDifferences, differences } from '../compare';
import { unexplained } from '../explain';
import type { Case } from '../kit';
import { type Mode, type Rig, coreRig, inngestRig } from '../rig';
import { eachOf } from '../suite';
import { caseOf } from './build';
import { type Graph, graphsOf } from './spec';

const COUNT = Number(process.env.GRAPHS ?? 1000);
/** The same graphs in every run, so that a red one can be looked into; `GRAPH_SEED=random` draws others. */
const { GRAPH_SEED = '20261122' } = process.env;
export const SEED = GRAPH_SEED === 'random' ? Math.floor(Date.now() / 1000) % 1_000_000 : Number(GRAPH_SEED);
/** One graph alone: the number that a failing test names. */
const ONLY = process.env.GRAPH_INDEX === undefined ? undefined : Number(process.env.GRAPH_INDEX);
/** Workflows that one app serves at once. */
const BATCH = 125;

/** The share of the graphs that a mode gets: every fourth, or all with `GRAPH_MODES=all`. */
function share(graphs: Graph[], place: number): { index: number; graph: Graph }[] {
  const numbered = graphs.map((graph, index) => ({ index, graph }));
  if (ONLY !== undefined) return numbered.filter(({ index }) => index === ONLY);
  return process.env.GRAPH_MODES === 'all' ? numbered : numbered.filter(({ index }) => index % 4 === place);
}

export function graphSuite(mode: Mode, place: number): void {
  describe(`random graphs: ${mode.name}`, () => {
    const graphs = share(graphsOf(SEED, ONLY === undefined ? COUNT : ONLY + 1), place);
    test(`I8: ${graphs.length} graphs give what the default engine gives (GRAPH_SEED=${SEED})`, async () => {
      const failures: string[] = [];
      for (let from = 0; from < graphs.length; from += BATCH) {
        failures.push(...(await failuresOf(graphs.slice(from, from + BATCH), mode)));
      }
      if (failures.length > 0) {
        const shown = failures.slice(0, Number(process.env.GRAPH_FAILURES ?? 5)).join('\n\n');
        expect.fail(`${failures.length} graphs differ (GRAPH_SEED=${SEED})\n\n${shown}`);
      }
    }, 1_800_000);
  });
}

async function failuresOf(graphs: { index: number; graph: Graph }[], mode: Mode): Promise<string[]> {
  const cases = graphs.map(({ index, graph }) => ({ one: caseOf(graph, `graph-${index}`), index, graph }));
  const all: Case[] = cases.map(({ one }) => one);
  const own = await inngestRig(all, mode);
  const core = await coreRig(all);
  const failures: string[] = [];
  try {
    await eachOf(cases, async ({ one, index, graph }) => {
      const found = await compared(core, own, one);
      if (found) failures.push(`GRAPH_INDEX=${index} ${JSON.stringify(graph)}\n${found}`);
    });
    const impure = (await own.replays()).filter(replay => replay.effects.length > 0 || replay.answer);
    failures.push(...impure.map(replay => `I2: a replay had an effect: ${JSON.stringify(replay)}`));
  } finally {
    await Promise.all([own.stop(), core.stop()]);
  }
  return failures;
}

async function compared(core: Rig, own: Rig, one: Case): Promise<string | undefined> {
  const [expected, got] = [await core.observe(one), await own.observe(one)];
  const { left } = unexplained(one.name, differences(expected, got));
  return left.length > 0 ? describeDifferences(left) : undefined;
}
