import { afterEach, expect, it } from 'vitest';
import type { Pair } from './support/apps';
import { post, startPair } from './support/apps';

let pair: Pair;
afterEach(async () => await pair.stop());

async function order(options: { seed?: number; shuffle?: boolean }): Promise<number[]> {
  const seen: number[] = [];
  pair = await startPair(
    'v4',
    () => [{ id: 'f', trigger: { event: 't/f' }, handler: ({ event }) => void seen.push(event.data.n) }],
    { ...options, workers: 1 },
  );
  const events = Array.from({ length: 12 }, (_, n) => ({ name: 't/f', data: { n } }));
  await post(`${pair.server.url}/e/k`, events);
  await pair.server.settled();
  await pair.stop();
  return seen;
}

it('is that of arrival, or drawn from the seed', async () => {
  const arrival = Array.from({ length: 12 }, (_, n) => n);
  expect(await order({})).toEqual(arrival);
  const shuffled = await order({ seed: 5, shuffle: true });
  expect(shuffled).not.toEqual(arrival);
  expect([...shuffled].sort((a, b) => a - b)).toEqual(arrival);
  expect(await order({ seed: 5, shuffle: true })).toEqual(shuffled);
  expect(await order({ seed: 6, shuffle: true })).not.toEqual(shuffled);
});
