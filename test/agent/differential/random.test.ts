/** Random scripts on core's `DurableAgent` and on ours: `AGENT_SCRIPTS` of them (6), from `AGENT_SEED` on (1, or `random`). */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { play } from '../support/play';
import { type Stages, startStages } from '../support/stages';
import { randomScript } from './random-script';

const COUNT = Number(process.env.AGENT_SCRIPTS ?? 6);
const given = process.env.AGENT_SEED ?? '1';
const FIRST = given === 'random' ? Math.floor(Math.random() * 1_000_000) : Number(given);
const seeds = Array.from({ length: COUNT }, (_, place) => FIRST + place);

let stages: Stages;
beforeAll(async () => {
  stages = await startStages();
});
afterAll(() => stages.harness.stop());

test.each(seeds)('seed %i', async seed => {
  const expected = await play(stages.core, randomScript(seed));
  expect(await play(stages.ours, randomScript(seed))).toEqual(expected);
});
