/** Runs that one process executes and streams, observed from another one that shares its log. */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Processes, startProcesses } from './processes';
import { difference } from './story';

const CLOCKS = [
  { name: 'of one time', offsets: {} },
  { name: 'of which the observer is 0.6 s ahead', offsets: { b: 600 } },
  { name: 'of which the observer is 0.6 s behind', offsets: { b: -600 } },
  { name: 'of which the executor is 0.6 s ahead', offsets: { a: 600 } },
];
const SUCCESS = { type: 'workflow-finish', payload: { workflowStatus: 'success' } };

describe.each(CLOCKS)('two processes $name', ({ offsets }) => {
  let both: Processes;
  beforeAll(async () => {
    both = await startProcesses(offsets);
  });
  afterAll(() => both?.stop());

  test('I9: a run shows what its caller saw, chunk by chunk, whenever and wherever its observer came', async () => {
    const { a, b } = both;
    const runId = randomUUID();
    const early = b.observe(runId);
    const streamed = a.stream(runId);
    const soon = b.observe(runId);
    await expect.poll(() => a.arrived(runId)).toBe(true);
    const middle = [b.observe(runId), a.observe(runId)];
    // Before anything else happens, they are told what the step that still executes has written.
    for (const story of [streamed, early, soon, ...middle])
      await expect.poll(() => story.notesOf('hold')).toEqual(['first', 'second']);
    await a.open(runId);
    const chunks = await streamed.all;
    expect(chunks.at(-1)).toMatchObject(SUCCESS);
    const late = [b.observe(runId), a.observe(runId)];
    for (const story of [early, soon, ...middle, ...late]) {
      const seen = await story.all;
      expect(difference(chunks, seen)).toBeUndefined();
      // Ids and times, too: the log keeps an event as the caller's stream got it.
      expect(seen).toEqual(chunks);
    }
  });

  test('I9: an offset leaves out as many chunks, in the middle of a run and after its end', async () => {
    const { a, b } = both;
    const runId = randomUUID();
    const streamed = a.stream(runId);
    await expect.poll(() => a.arrived(runId)).toBe(true);
    const middle = [1, 7, 40].map(offset => ({ offset, story: b.observe(runId, offset) }));
    await expect.poll(() => middle[0]?.story.notesOf('hold')).toEqual(['first', 'second']);
    await a.open(runId);
    const chunks = await streamed.all;
    const offsets = [0, 1, 7, 40, chunks.length - 1, chunks.length];
    const late = offsets.map(offset => ({ offset, story: b.observe(runId, offset) }));
    for (const { offset, story } of [...middle, ...late])
      expect(await story.all).toEqual(chunks.slice(offset));
  });

  test('the log of a run is gone from Redis once the run is deleted', async () => {
    const { a, b, redis } = both;
    const [runId, kept] = [randomUUID(), randomUUID()];
    await Promise.all([runId, kept].map(id => a.open(id)));
    await Promise.all([runId, kept].map(id => a.stream(id).all));
    const client = new Redis(redis.port);
    const keysOf = (id: string) => client.keys(`*${id}*`);
    expect(await keysOf(runId)).not.toEqual([]);
    await b.delete(runId);
    expect(await keysOf(runId)).toEqual([]);
    expect(await keysOf(kept)).not.toEqual([]);
    client.disconnect();
  });
});
