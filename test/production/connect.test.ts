/** Workers that connect to Inngest, of which one goes away. Needs a server that takes connections: `INNGEST_BASE_URL`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goesAway, sharesRuns } from './scenes';
import { type Stage, startStage } from './stage';

let stage: Stage;
beforeAll(async () => {
  expect(process.env.INNGEST_BASE_URL, 'the address of an Inngest server').toBeTruthy();
  stage = await startStage();
  await Promise.all([stage.connect('worker-1'), stage.connect('worker-2')]);
});
afterAll(() => stage.stop());

test('I4: two workers share runs, and execute each step once', () => sharesRuns(stage));

test('I4: at SIGTERM a worker ends its step, and the run goes on in another one', () =>
  goesAway(stage, () => stage.connect('worker-3')));
