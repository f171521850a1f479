/** Workers that connect to Inngest, of which one goes away. */
import { afterAll, beforeAll, test } from 'vitest';
import { goesAway, sharesRuns } from './scenes';
import { type Stage, startStage } from './stage';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
  await Promise.all([stage.connect('worker-1'), stage.connect('worker-2')]);
});
afterAll(() => stage.stop());

test('I4: two workers share runs, and execute each step once', () => sharesRuns(stage));

test('I4: at SIGTERM a worker ends its step, and the run goes on in another one', () =>
  goesAway(stage, () => stage.connect('worker-3')));
