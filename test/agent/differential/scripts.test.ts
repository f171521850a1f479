/** The same agent and the same script on core's `DurableAgent` and on ours: all that can be seen is equal. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { play } from '../support/play';
import { type Stages, startStages } from '../support/stages';
import { ANSWERS } from './answers';
import { CALLBACKS } from './callbacks';
import { CALLS } from './calls';
import { DELEGATING } from './delegating';
import { PROCESSING } from './processing';
import { REMEMBERING } from './remembering';
import { SCRIPTS } from './scripts';
import { THREADS } from './threads';
import { WAITING } from './waiting';

let stages: Stages;
beforeAll(async () => {
  stages = await startStages();
});
afterAll(() => stages.harness.stop());

const ALL = [
  ...SCRIPTS,
  ...ANSWERS,
  ...CALLS,
  ...CALLBACKS,
  ...PROCESSING,
  ...DELEGATING,
  ...WAITING,
  ...THREADS,
  ...REMEMBERING,
];

test.each(ALL)('$name', async script => {
  const expected = await play(stages.core, script);
  expect(await play(stages.ours, script)).toEqual(expected);
});
