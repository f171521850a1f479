/** Inngest realtime is down from an op of an agent's run on, or its sockets break there: nobody misses anything. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { share } from '../support/share';
import {
  CLERK_OPS,
  type Chunk,
  type Seen,
  callsAt,
  callsIn,
  chunksOf,
  comparable,
  playClerk,
} from './support/clerk';
import { type ClerkApp, startClerkApp, told } from './support/clerk-app';

type Proxy = ClerkApp['harness']['proxy'];

/** What happens at the place, and goes on until the run is over. */
const FAULTS: Record<string, (proxy: Proxy) => void> = {
  'nothing is published and no socket opens': proxy => {
    proxy.refused = '/v1/realtime';
    proxy.dropSockets();
  },
  'publishing is refused': proxy => {
    proxy.refused = '/v1/realtime/publish';
  },
  'sockets break': proxy => proxy.dropSockets(),
};

let app: ClerkApp;
let at: { place: string; begin: (proxy: Proxy) => void } | undefined;
/** Without a fault. */
let first: { seen: Seen; observed: Chunk[] };
beforeAll(async () => {
  app = await startClerkApp({
    reach: place => {
      if (place === at?.place) at.begin(app.harness.proxy);
    },
  });
  first = await played();
});
afterAll(() => app.stop());
afterEach(() => {
  at = undefined;
  Object.assign(app.harness.proxy, { refused: undefined, mute: false });
});

/** Plays a run from another process; one more begins to watch while it waits. */
async function played(): Promise<typeof first> {
  let observed: Promise<Chunk[]> | undefined;
  const seen = await playClerk(app.caller(), runId => {
    observed = told(app.caller(), runId);
  });
  const chunks = (await observed) ?? [];
  await app.harness.proxy.quiet();
  return { seen, observed: chunks };
}

const cases = CLERK_OPS.flatMap(op => Object.keys(FAULTS).map(fault => [fault, op] as const));

test.each(share(cases, 0, 3))('%s from %s on', async (fault, op) => {
  app.journal.length = 0;
  at = { place: `before ${op}`, begin: FAULTS[fault] as (proxy: Proxy) => void };
  const { seen, observed } = await played();
  expect(callsIn(app.journal)).toEqual(callsAt({ place: op }));
  expect(comparable(seen)).toEqual(comparable(first.seen));
  expect(chunksOf(observed)).toEqual(chunksOf(first.observed));
});
