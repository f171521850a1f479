import { afterEach, describe, expect, it } from 'vitest';
import type { FaultAction } from '../../src/local';
import type { Definition, Mode, Pair } from './support/apps';
import { startPair } from './support/apps';

let pair: Pair;
let bodies: string[];
afterEach(async () => await pair.stop());

const define = (): Definition[] => [
  {
    id: 'steps',
    trigger: { event: 't/steps' },
    options: { retries: 4 },
    handler: async ({ step }) => {
      const results = [];
      for (const name of ['a', 'b', 'c']) {
        results.push(
          await step.run(name, () => {
            bodies.push(name);
            return name;
          }),
        );
      }
      return results;
    },
  },
];

async function start(mode: Mode): Promise<void> {
  bodies = [];
  pair = await startPair(mode, define, { seed: 1 });
}

const completed = { status: 'Completed', output: ['a', 'b', 'c'] };
const actions: FaultAction[] = [
  { kind: 'drop' },
  { kind: 'dropAnswer' },
  { kind: 'delay', ms: 30 },
  { kind: 'duplicate' },
  { kind: 'reorder', ms: 30 },
  { kind: 'status', status: 502 },
];

describe.each(['v3', 'v4', 'v4-off'] as const)('%s', mode => {
  it.each(actions)('a run survives $kind on its second request', async action => {
    await start(mode);
    pair.server.faults.add({ action, when: ({ index }) => index === (mode === 'v4' ? 0 : 1), times: 1 });
    const [run] = await pair.run({ name: 't/steps' });
    expect(run).toMatchObject(completed);
    expect(pair.server.faults.struck).toMatchObject([{ action, request: { functionId: 'app-steps' } }]);
  });

  it('runs a body again only where its answer was lost', async () => {
    await start(mode);
    await pair.run({ name: 't/steps' });
    expect(bodies).toEqual(['a', 'b', 'c']);
    bodies = [];
    pair.server.faults.add({ action: { kind: 'dropAnswer' }, times: 1 });
    await pair.run({ name: 't/steps' });
    // With checkpointing the steps were saved before the answer got lost.
    expect(bodies).toEqual(mode === 'v4' ? ['a', 'b', 'c'] : ['a', 'a', 'b', 'c']);
  });
});

it('fails a run whose app is never reached, with the text of the real server', async () => {
  await start('v4');
  pair.server.faults.add({ action: { kind: 'drop' } });
  const [run] = await pair.run({ name: 't/steps' });
  expect(run?.status).toBe('Failed');
  expect(run?.output).toContain('Unable to reach SDK URL');
  expect(pair.server.faults.struck).toHaveLength(5);
});

it('draws what happens by chance from the seed', async () => {
  const struck = async (): Promise<number[]> => {
    bodies = [];
    pair = await startPair('v4-off', define, { seed: 42 });
    pair.server.faults.add({ action: { kind: 'drop' }, probability: 0.3 });
    for (let i = 0; i < 5; i++) await pair.run({ name: 't/steps' });
    const indexes = pair.server.faults.struck.map(({ request }) => request.index);
    await pair.stop();
    return indexes;
  };
  const first = await struck();
  expect(first.length).toBeGreaterThan(0);
  expect(await struck()).toEqual(first);
});

it('removes rules one by one and all at once', async () => {
  await start('v4');
  const remove = pair.server.faults.add({ action: { kind: 'drop' } });
  remove();
  pair.server.faults.add({ action: { kind: 'drop' } });
  pair.server.faults.clear();
  expect((await pair.run({ name: 't/steps' }))[0]).toMatchObject(completed);
  expect(pair.server.faults.struck).toEqual([]);
});
