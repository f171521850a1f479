/**
 * `kill -9` before, in and after every op of an agent's run: nothing that had ended is done again, and whoever watches sees what he sees
 * without. (`TEST_SCOPE=full`; `crash-places.test.ts` has the same places in one process.)
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/until';
import {
  CLERK_OPS,
  SITES,
  type Chunk,
  type Seen,
  callsAt,
  callsIn,
  chunksOf,
  comparable,
  playClerk,
} from './support/clerk';
import { type TwoProcesses, startTwoProcesses } from './support/two-processes';

let both: TwoProcesses;
/** Without a kill. */
let first: Played;
beforeAll(async () => {
  both = await startTwoProcesses({ WATCH_OPS: '1' });
  await both.observing();
  first = await played();
});
afterAll(() => both.stop());

interface Played {
  seen: Seen;
  /** What a third process is told that comes while the run waits. */
  observed: Chunk[];
}

async function played(): Promise<Played> {
  let observed: Promise<Chunk[]> | undefined;
  const seen = await playClerk(both.caller().clerk, runId => {
    observed = both.observed('clerk', runId);
  });
  return { seen, observed: (await observed) ?? [] };
}

test('the ops of a run are those that are killed here', async () => {
  const ops = () => both.journal().filter(line => line.startsWith('op '));
  await until(ops, ({ length }) => length >= CLERK_OPS.length);
  expect(ops().map(line => line.slice(3))).toEqual(CLERK_OPS);
});

test.each(SITES)('$place', async site => {
  const before = both.journal().length;
  both.dieAt(site.place);
  const isBack = both.worker.died.then(() => both.relaunch());
  const { seen, observed } = await played();
  await isBack;
  expect(callsIn(both.journal().slice(before))).toEqual(callsAt(site));
  const isSummed = seen.restarts.length === 0;
  expect(comparable(seen, isSummed)).toEqual(comparable(first.seen, isSummed));
  if (site.isTold) expect(seen.restarts).toHaveLength(site.again?.startsWith('model') ? 1 : 0);
  expect(chunksOf(observed, false)).toEqual(chunksOf(first.observed, false));
});
