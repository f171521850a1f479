/** The store is down at a moment of an agent's run: it refuses two calls, or answers late. Every fourth moment; with `TEST_SCOPE=full`, all. */
import { afterEach, expect, test } from 'vitest';
import { share } from '../support/share';
import { type Seen, callsAt, callsIn, comparable, playClerk } from './support/clerk';
import { type ClerkApp, startClerkApp } from './support/clerk-app';
import { Outage } from './support/outage';

let app: ClerkApp;
afterEach(() => app.stop());

interface Case {
  outage: Outage;
  kind: 'refuses' | 'hangs';
  play: () => Promise<Seen>;
  /** How many of the moments are taken: one of so many. */
  modes: number;
}

/** Plays a run for each call of the store that is made without an outage. */
async function playedAtEachMoment({ outage, kind, play, modes }: Case): Promise<number> {
  const first = await play();
  await app.harness.proxy.quiet();
  const moments = outage.calls.map((call, from) => ({ call, from }));
  for (const { call, from } of share(moments, 0, modes)) {
    const where = `${kind} at call ${from}, ${call}`;
    app.journal.length = 0;
    outage.begin(kind, from, 2);
    const seen = await play();
    await app.harness.proxy.quiet();
    expect(outage.calls.length, where).toBeGreaterThan(from);
    expect(callsIn(app.journal), where).toEqual(callsAt({ place: where }));
    expect(seen.restarts, where).toEqual([]);
    expect(comparable(seen), where).toEqual(comparable(first));
  }
  return moments.length;
}

test.each(['refuses', 'hangs'] as const)('that of the process which executes the run %s', async kind => {
  const outage = new Outage(/^workflows\./);
  app = await startClerkApp({ storageOf: store => outage.storeOf(store) });
  const play = () => playClerk(app.caller());
  expect(await playedAtEachMoment({ outage, kind, play, modes: 4 })).toBeGreaterThan(20);
});

test.each(['refuses', 'hangs'] as const)('that of the messages %s: none is lost', async kind => {
  const outage = new Outage(/^memory\.saveMessages/);
  app = await startClerkApp({ storageOf: store => outage.storeOf(store) });
  expect(await playedAtEachMoment({ outage, kind, play: () => playClerk(app.clerk), modes: 1 })).toBe(4);
});
