/**
 * The places of `kills.test.ts`, in one process: the request breaks and its code stands still for ever. What the process holds of the run
 * is there when the op is executed again. Every third place; with `TEST_SCOPE=full`, all.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { InMemoryStore } from '@mastra/core/storage';
import type { InngestAgent } from '@mastra/inngest';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Harness, startHarness } from '../support/harness';
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
import { watchOps } from './support/kills';
import { team } from './support/team';

const journal: string[] = [];
const lives = new AsyncLocalStorage<{ isDead: boolean }>();
let dieAt: string | undefined;
let harness: Harness;
let clerk: InngestAgent;
/** Without a crash. */
let seenFirst: Seen;
let seenLate: Chunk[];

const note = (line: string) => void journal.push(line);
async function reach(place: string): Promise<void> {
  if (place !== dieAt) return;
  dieAt = undefined;
  Object.assign(lives.getStore() ?? {}, { isDead: true });
  harness.proxy.breakExecutions();
  await new Promise(() => {});
}

beforeAll(async () => {
  const storage = new InMemoryStore();
  harness = await startHarness({
    workflows: () => ({}),
    storage,
    agents: inngest => {
      watchOps(inngest, {
        reach,
        note,
        live: body => lives.run({ isDead: false }, body),
        isDead: () => lives.getStore()?.isDead === true,
      });
      const { clerk: one } = team(inngest, { note, reach, storage });
      clerk = one as never;
      return { clerk: one };
    },
  });
  seenFirst = await playClerk(clerk);
  await harness.proxy.quiet();
  seenLate = await late(seenFirst.runId);
});
afterAll(() => harness.stop());
beforeEach(() => {
  dieAt = undefined;
});

/** What somebody is told who comes later. */
async function late(runId: string): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  const { fullStream } = await clerk.observe(runId);
  for await (const chunk of fullStream as unknown as AsyncIterable<Chunk>) chunks.push(chunk);
  return chunks;
}

test('the ops of a run are those that are crashed here', () => {
  expect(journal.filter(line => line.startsWith('op ')).map(line => line.slice(3))).toEqual(CLERK_OPS);
});

test.each(share(SITES, 0, 3))('$place', async site => {
  journal.length = 0;
  dieAt = site.place;
  const seen = await playClerk(clerk);
  await harness.proxy.quiet();
  expect(dieAt).toBeUndefined();
  expect(callsIn(journal)).toEqual(callsAt(site));
  const isSummed = seen.restarts.length === 0;
  expect(comparable(seen, isSummed)).toEqual(comparable(seenFirst, isSummed));
  if (site.isTold) expect(seen.restarts).toHaveLength(site.again?.startsWith('model') ? 1 : 0);
  expect(chunksOf(await late(seen.runId), isSummed)).toEqual(chunksOf(seenLate, isSummed));
});
