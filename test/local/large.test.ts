import { afterEach, describe, expect, it } from 'vitest';
import { startLocalServer } from '../../src/local';
import type { Pair } from './support/apps';
import { get, patience, post, startPair } from './support/apps';
import { ops, startRawApp } from './support/raw-app';

let pair: Pair | undefined;
afterEach(async () => {
  await pair?.stop();
  pair = undefined;
});

const megabyte = 2 ** 20;

describe.each(['v3', 'v4-off'] as const)('%s', mode => {
  it('fetches a state of more than 4 MiB', async () => {
    pair = await startPair(mode, () => [
      {
        id: 'big',
        trigger: { event: 't/big' },
        handler: async ({ step, event }) => {
          let total = 0;
          for (let i = 0; i < 6; i++) total += (await step.run(`b${i}`, () => 'x'.repeat(megabyte))).length;
          return { total, event: event.data };
        },
      },
    ]);
    const [run] = await pair.run({ name: 't/big', data: { k: 1 } });
    expect(run).toMatchObject({ status: 'Completed', output: { total: 6 * megabyte, event: { k: 1 } } });
    const flags = pair
      .calls('big')
      .map(({ request }) => [request.use_api, Object.keys(request.steps).length]);
    expect(flags).toEqual([
      [false, 0],
      [false, 1],
      [false, 2],
      [false, 3],
      [true, 0],
      [true, 0],
      [true, 0],
    ]);
  });
});

it('fails a run whose state is over 32 MiB', async () => {
  const server = await startLocalServer({ port: 0 });
  const app = await startRawApp(server);
  const data = 'x'.repeat(4 * megabyte - 100);
  await app.serve({ f: (_request, call) => ops({ op: 'StepRun', id: `s${call}`, name: 's', data }) });
  const { ids } = await post(`${server.url}/e/k`, { name: 'f' });
  await server.settled(patience);
  const [row] = (await get(`${server.url}/v1/events/${ids[0]}/runs`)).data;
  expect(row.status).toBe('Failed');
  expect(JSON.parse(row.output).error).toMatchObject({
    name: 'InngestErrStateOverflowed',
    message: 'The function run exceeded the state size limit of 33554432 bytes.',
  });
  expect(app.calls['f']).toBe(9);
  await server.stop();
  await app.stop();
});
