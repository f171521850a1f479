import { afterAll, beforeAll, describe, test } from 'vitest';
import { chosen, golden } from '../coverage.js';
import { startRig, verify, type Rig } from './run.js';
import { modeTitle, type Mode } from './types.js';

/** One test per recorded scenario of this mode. */
export function recordingsOf(mode: Mode): void {
  describe(`recorded scenarios, ${modeTitle[mode]}`, () => {
    const traces = golden(mode);
    const scenarios = chosen(mode);
    let rig: Rig;
    beforeAll(async () => {
      rig = await startRig(mode, scenarios, traces);
    }, 60_000);
    afterAll(() => rig?.stop());
    for (const scenario of scenarios) {
      test(`${scenario.name} sends what was recorded`, async () => {
        const recorded = traces[scenario.name];
        if (recorded) await verify(rig, scenario, recorded);
      });
    }
  });
}
