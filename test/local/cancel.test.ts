import { afterEach, describe, expect, it } from 'vitest';
import type { Api, Definition, Mode, Pair } from './support/apps';
import { get, modes, post, startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair;
let release: () => void;
let blocked: Promise<void>;
let entered: () => void;
let inside: Promise<void>;
afterEach(async () => {
  release();
  await pair.stop();
});

const define = ({ ref }: Api): Definition[] => [
  {
    id: 'sleeper',
    trigger: { event: 't/sleep' },
    options: {
      cancelOn: [
        { event: 't/cancel', match: 'data.k' },
        { event: 't/late', if: 'async.data.k == event.data.k', timeout: '1h' },
      ],
    },
    handler: async ({ step }) => {
      await step.sleep('long', '7d');
      return 'slept';
    },
  },
  {
    id: 'busy',
    trigger: { event: 't/busy' },
    options: { cancelOn: [{ event: 't/cancel' }], retries: 3 },
    handler: async ({ step }) => {
      await step.run('slow', async () => {
        entered();
        await blocked;
        return 'late';
      });
      await step.run('never', () => 1);
    },
  },
  { id: 'told', trigger: { event: 'inngest/function.cancelled' }, handler: ({ event }) => event },
  { id: 'finished', trigger: { event: 'inngest/function.finished' }, handler: ({ event }) => event },
  {
    id: 'parent',
    trigger: { event: 't/parent' },
    handler: async ({ step }) => await step.invoke('child', { function: ref('sleeper'), data: {} }),
  },
];

async function start(mode: Mode): Promise<void> {
  blocked = new Promise(resolve => (release = resolve));
  inside = new Promise(resolve => (entered = resolve));
  pair = await startPair(mode, define);
}

const endOf = (id: string): unknown[] =>
  pair
    .calls(id)
    .map(call => call.request.event)
    .filter((event: { data: { function_id: string } }) => /sleeper|busy/.test(event.data.function_id));

const cancel = async (runId: string): Promise<number> =>
  (await fetch(`${pair.server.url}/v1/runs/${runId}`, { method: 'DELETE' })).status;

describe.each(modes)('%s', mode => {
  it('cancels sleeping runs that an event matches, and says so once', async () => {
    await start(mode);
    const [one, two] = [
      await pair.send({ name: 't/sleep', data: { k: 1 } }),
      await pair.send({ name: 't/sleep', data: { k: 2 } }),
    ];
    await pair.server.settled();
    await pair.run({ name: 't/cancel', data: { k: 1 } });
    const [row] = await pair.runsOf(one);
    expect(row).toMatchObject({ status: 'Cancelled', ended_at: expect.any(String) });
    expect(row).not.toHaveProperty('output');
    expect((await pair.runsOf(two))[0]?.status).toBe('Running');
    expect(endOf('told')).toEqual([
      expect.objectContaining({
        name: 'inngest/function.cancelled',
        id: row?.run_id,
        data: expect.objectContaining({
          run_id: row?.run_id,
          _inngest: { status: 'Cancelled' },
          function_id: 'app-sleeper',
        }),
      }),
    ]);
    expect(endOf('finished')).toHaveLength(1);
    await pair.server.advance('8d');
    expect((await pair.runsOf(two))[0]).toMatchObject({ status: 'Completed', output: 'slept' });
    expect(endOf('told')).toHaveLength(1);
  });

  it('cancels while a step is under way, whose answer is dropped', async () => {
    await start(mode);
    const id = await pair.send({ name: 't/busy' });
    await inside;
    await pair.send({ name: 't/cancel' });
    const status = async (): Promise<string | undefined> => (await pair.runsOf(id))[0]?.status;
    await expect.poll(status, { interval: 5 }).toBe('Cancelled');
    release();
    await pair.server.settled();
    expect(await status()).toBe('Cancelled');
    // With checkpointing the step's own save is refused, which the app tries a few times.
    expect(pair.calls('busy')).toHaveLength(1);
    expect(endOf('told')).toHaveLength(1);
  });

  it('resolves the invocation of a cancelled child with the finished event', async () => {
    await start(mode);
    const id = await pair.send({ name: 't/parent' });
    await pair.server.settled();
    const child = pair.calls('sleeper')[0]?.request.ctx.run_id;
    expect(await cancel(child)).toBe(200);
    await pair.server.settled();
    expect((await pair.runsOf(id))[0]).toMatchObject({
      status: 'Completed',
      output: {
        name: 'inngest/function.finished',
        data: { run_id: child, _inngest: { status: 'Cancelled' } },
      },
    });
  });
});

describe('cancelling by id', () => {
  it('is answered 200 also twice, and 404 or 400 for what is not there', async () => {
    await start('v4');
    const id = await pair.send({ name: 't/sleep', data: {} });
    await pair.server.settled();
    const [row] = await pair.runsOf(id);
    expect(await cancel(row?.run_id ?? '')).toBe(200);
    expect(await cancel(row?.run_id ?? '')).toBe(200);
    await pair.server.settled();
    expect(endOf('told')).toHaveLength(1);
    expect(await cancel('01M81HTA28PWQA7PH0G8S0C5VP')).toBe(404);
    expect(await cancel('nope')).toBe(400);
    expect((await get(`${pair.server.url}/v1/runs/${row?.run_id}`)).data.status).toBe('Cancelled');
  });

  it('works through GraphQL', async () => {
    await start('v4');
    const id = await pair.send({ name: 't/sleep', data: {} });
    await pair.server.settled();
    const [row] = await pair.runsOf(id);
    const query = `mutation { cancelRun(runID: "${row?.run_id}") { id status } }`;
    expect(await post(`${pair.server.url}/v0/gql`, { query })).toEqual({
      data: { cancelRun: { id: row?.run_id, status: 'CANCELLED' } },
    });
  });
});

it('stops listening for a cancelling event when its timeout is over', async () => {
  await start('v4');
  const [one, two] = [
    await pair.send({ name: 't/sleep', data: { k: 1 } }),
    await pair.send({ name: 't/sleep', data: { k: 2 } }),
  ];
  await pair.server.advance('59m');
  await pair.run({ name: 't/late', data: { k: 1 } });
  await pair.server.advance('2m');
  await pair.run({ name: 't/late', data: { k: 2 } });
  expect([(await pair.runsOf(one))[0]?.status, (await pair.runsOf(two))[0]?.status]).toEqual([
    'Cancelled',
    'Running',
  ]);
});

it('cancels runs by their timeouts', async () => {
  await start('v4');
  await pair.stop();
  pair = await startPair('v4', () => [
    {
      id: 'slow',
      trigger: { event: 't/slow' },
      options: { timeouts: { finish: '2h' } },
      handler: async ({ step }) => {
        await step.sleep('first', '90m');
        await step.sleep('second', '90m');
      },
    },
    { id: 'told', trigger: { event: 'inngest/function.cancelled' }, handler: ({ event }) => event },
  ]);
  const id = await pair.send({ name: 't/slow' });
  await pair.server.advance('119m');
  expect((await pair.runsOf(id))[0]?.status).toBe('Running');
  await pair.server.advance('2m');
  expect((await pair.runsOf(id))[0]?.status).toBe('Cancelled');
  expect(pair.calls('told')).toHaveLength(1);
});
