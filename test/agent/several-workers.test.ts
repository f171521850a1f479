/** The requests of an agent's run go to several processes in turn, which share the store and, as told, a cache. (`TEST_SCOPE=full`.) */
import { afterEach, expect, test } from 'vitest';
import { type Chunk, type Seen, callsAt, callsIn, chunksOf, comparable, playClerk } from './support/clerk';
import { serveCache } from './support/remote-cache';
import { type TwoProcesses, startTwoProcesses } from './support/two-processes';

let both: TwoProcesses;
let cache: Awaited<ReturnType<typeof serveCache>> | undefined;
afterEach(async () => {
  await both.stop();
  cache?.stop();
  cache = undefined;
});

interface Played {
  seen: Seen;
  observed: Chunk[];
  lines: string[];
}

async function played(): Promise<Played> {
  const before = both.journal().length;
  let observed: Promise<Chunk[]> | undefined;
  const seen = await playClerk(both.caller().clerk, runId => {
    observed = both.observed('clerk', runId);
  });
  return { seen, observed: (await observed) ?? [], lines: both.journal().slice(before) };
}

test.each(['without a shared cache', 'with one'])('three workers, %s', async how => {
  if (how === 'with one') cache = await serveCache();
  // Without checkpointing, each op is a request.
  const env = { WATCH_OPS: '1', INNGEST_CHECKPOINTING: 'off', CACHE_URL: cache?.url ?? '' };
  both = await startTwoProcesses(env, 3);
  await both.observing();
  const first = await played();
  const processes = new Set(first.lines.filter(line => line.startsWith('by ')));
  expect(processes.size).toBe(3);
  for (const { seen, observed, lines } of [first, await played(), await played()]) {
    expect(callsIn(lines)).toEqual(callsAt({ place: 'nowhere' }));
    expect(seen.restarts).toEqual([]);
    expect(comparable(seen)).toEqual(comparable(first.seen));
    expect(chunksOf(observed, false)).toEqual(chunksOf(seen.chunks, false));
  }
});
