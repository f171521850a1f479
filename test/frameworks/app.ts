import { afterAll, beforeAll, describe, test } from 'vitest';
import { Installed } from './installed';
import { type Start, runsToTheEnd } from './run';

/** An example that has its own lockfile: installed, built, and run. */
export function describeApp(folder: string, build: readonly [string, ...string[]], start: Start): void {
  describe(folder, () => {
    let installed: Installed;
    beforeAll(async () => {
      installed = await Installed.make(folder);
      await installed.succeed(build[0], build.slice(1));
    });
    afterAll(() => installed.remove());

    test(`is built, and runs a workflow to its end: ${start.command.join(' ')}`, () =>
      runsToTheEnd(installed, start));
  });
}
