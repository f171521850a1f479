/**
 * The places of `kills.test.ts`, in one process: the request breaks and its code stands still for ever. What the process holds of the run
 * is there when the op is executed again. Every third place; with `TEST_SCOPE=full`, all.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { share } from '../support/share';
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
import { type ClerkApp, die, startClerkApp, told } from './support/clerk-app';

let dieAt: string | undefined;
let app: ClerkApp;
/** Without a crash. */
let seenFirst: Seen;
let seenLate: Chunk[];

beforeAll(async () => {
  app = await startClerkApp({
    reach: async place => {
      if (place !== dieAt) return;
      dieAt = undefined;
      await die(app.harness);
    },
  });
  seenFirst = await playClerk(app.clerk);
  await app.harness.proxy.quiet();
  seenLate = await told(app.clerk, seenFirst.runId);
});
afterAll(() => app.stop());
beforeEach(() => {
  dieAt = undefined;
});

test('the ops of a run are those that are crashed here', () => {
  expect(app.journal.filter(line => line.startsWith('op ')).map(line => line.slice(3))).toEqual(CLERK_OPS);
});

test.each(share(SITES, 0, 3))('$place', async site => {
  app.journal.length = 0;
  dieAt = site.place;
  const seen = await playClerk(app.clerk);
  await app.harness.proxy.quiet();
  expect(dieAt).toBeUndefined();
  expect(callsIn(app.journal)).toEqual(callsAt(site));
  const isSummed = seen.restarts.length === 0;
  expect(comparable(seen, isSummed)).toEqual(comparable(seenFirst, isSummed));
  if (site.isTold) expect(seen.restarts).toHaveLength(site.again?.startsWith('model') ? 1 : 0);
  expect(chunksOf(await told(app.clerk, seen.runId), isSummed)).toEqual(chunksOf(seenLate, isSummed));
});
