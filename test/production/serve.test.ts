/** Several instances of an app behind one address, of which one goes away. */
import { afterAll, beforeAll, test } from 'vitest';
import { goesAway, sharesRuns } from './scenes';
import { type Stage, startStage } from './stage';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
  await stage.serve();
  await stage.serve();
  await stage.sync();
});
afterAll(() => stage.stop());

test('I4: two instances share runs, and execute each step once', () => sharesRuns(stage));

test('I4: at SIGTERM an instance ends its step, and the run goes on in another one', () =>
  goesAway(stage, () => stage.serve()));
