/** The tests of one mode: every case on both engines, compared. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDifferences, differences } from './compare';
import { neverUsed, unexplained } from './explain';
import type { Observation } from './observe';
import type { Replay } from './replayer';
import { type Mode, type Rig, coreRig, inngestRig } from './rig';
import { isWhole, share } from './share';

/** Runs under way at once: enough to keep the server busy, few enough for sleeps of milliseconds to mean something. */
const AT_ONCE = Number(process.env.DIFFERENTIAL_AT_ONCE ?? 16);

export function differentialSuite(mode: Mode): void {
  const cases = share(mode);
  describe(`same as Mastra (I8): ${mode.name}`, () => {
    const core = new Map<string, Observation>();
    const ours = new Map<string, Observation>();
    let replays: Replay[] = [];
    const rigs: Rig[] = [];

    beforeAll(async () => {
      const own = await inngestRig(cases, mode);
      const reference = await coreRig(cases);
      rigs.push(own, reference);
      await eachOf(cases, async one => {
        core.set(one.name, await reference.observe(one));
        ours.set(one.name, await own.observe(one));
      });
      replays = await own.replays();
    }, 1_800_000);
    afterAll(() => Promise.all(rigs.map(rig => rig.stop())));

    test.each(cases.map(one => one.name))('%s', name => {
      const found = differences(core.get(name), ours.get(name));
      const { left, unused } = unexplained(name, found);
      if (left.length > 0) expect.fail(`${name} differs:\n${describeDifferences(left)}`);
      expect(unused, 'known differences that no longer occur').toEqual([]);
    });

    // With some of the cases only, some of the differences.
    if (isWhole(cases)) {
      test('each known difference of many cases occurs in one', () => {
        const found = cases.flatMap(({ name }) => differences(core.get(name), ours.get(name)));
        expect(neverUsed(found)).toEqual([]);
      });
    }

    if (mode.replay) {
      test('I2: replays have no effect and the same answer', () => {
        expect(replays.filter(replay => replay.effects.length > 0 || replay.answer)).toEqual([]);
        expect(replays.length).toBeGreaterThan(cases.length * 3);
      });
    }
  });
}

/** Calls `body` for each item, a few at once. */
export async function eachOf<T>(items: readonly T[], body: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await body(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
