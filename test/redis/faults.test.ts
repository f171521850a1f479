/** What becomes of the story of a run when Redis, or the process that executes it, dies in its middle. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Processes, startProcesses } from './processes';
import { type Chunk, disorder } from './story';

/** The client's own settings: it keeps a command that Redis does not answer for minutes, and no run may wait that long. */
const AS_A_RULE = {};
const SUCCESS = { type: 'workflow-finish', payload: { workflowStatus: 'success' } };

let both: Processes;
beforeEach(async () => {
  both = await startProcesses({ redis: AS_A_RULE });
});
afterEach(() => both?.stop());

/** A run that nothing happens to: which events there are. */
async function undisturbed(): Promise<Chunk[]> {
  const runId = randomUUID();
  await both.a.open(runId);
  return both.a.stream(runId).all;
}

const MOMENTS = ['while a step waits', 'while steps write'];

test.each(MOMENTS)('I9: Redis dies %s; the run succeeds and shows each event once', async moment => {
  const { a, b, redis } = both;
  const expected = await undisturbed();
  const runId = randomUUID();
  const early = b.observe(runId);
  const streamed = a.stream(runId);
  await expect.poll(() => a.arrived(runId)).toBe(true);
  for (const story of [streamed, early])
    await expect.poll(() => story.notesOf('hold')).toEqual(['first', 'second']);
  if (moment === 'while a step waits') await redis.kill();
  const middle = b.observe(runId);
  await a.open(runId);
  await redis.kill();
  const chunks = await streamed.all;
  const late = b.observe(runId);
  expect(disorder(expected, chunks)).toBeUndefined();
  for (const story of [early, middle, late]) {
    const seen = await story.all;
    expect(disorder(expected, seen)).toBeUndefined();
    expect(seen.at(-1)).toMatchObject(SUCCESS);
  }
});

test('I9: the executing process dies and comes back, and observers are shown each event once', async () => {
  const { a, b } = both;
  const expected = await undisturbed();
  const runId = randomUUID();
  const early = b.observe(runId);
  const streamed = a.stream(runId);
  await expect.poll(() => a.arrived(runId)).toBe(true);
  await expect.poll(() => early.notesOf('hold')).toEqual(['first', 'second']);
  await both.restartA();
  await expect(streamed.all).rejects.toThrow();
  // The second execution of the step waits at its gate, too.
  const retried = both.retry();
  await expect.poll(() => a.arrived(runId)).toBe(true);
  const middle = [b.observe(runId), a.observe(runId)];
  await a.open(runId);
  await retried;
  const seen = await early.all;
  const late = [b.observe(runId), a.observe(runId)];
  for (const chunks of [seen, ...(await Promise.all([...middle, ...late].map(story => story.all)))]) {
    expect(disorder(expected, chunks)).toBeUndefined();
    expect(chunks.at(-1)).toMatchObject(SUCCESS);
  }
});
