import { afterEach, describe, expect, it } from 'vitest';
import type { Api, Definition, Pair } from './support/apps';
import { modes, post, startPair } from './support/apps';
import { stillClock } from './support/still-clock';

stillClock();

let pair: Pair;
afterEach(async () => await pair.stop());

const define = ({ ref, sdk }: Api): Definition[] => [
  {
    id: 'seq',
    trigger: { event: 't/seq' },
    handler: async ({ step, event }) => {
      const a = await step.run('a', () => ({ x: 1, ev: event.data }));
      await step.sleep('zz', '1s');
      const b = await step.run('b', () => undefined);
      const a2 = await step.run('a', () => 'dup');
      return { a, b, a2 };
    },
  },
  {
    id: 'par',
    trigger: { event: 't/par' },
    handler: async ({ step }) => {
      const r = await Promise.all([step.run('p1', () => 1), step.run('p2', () => 2), step.sleep('ps', '1s')]);
      const z = await step.run('after', () => r[0] + r[1]);
      return { r, z };
    },
  },
  {
    id: 'retry',
    trigger: { event: 't/retry' },
    options: { retries: 2 },
    handler: async ({ step, attempt }) => {
      const value = await step.run('flaky', () => {
        if (attempt < 2) throw new Error(`attempt ${attempt}`);
        return attempt;
      });
      return value;
    },
  },
  {
    id: 'child',
    trigger: { event: 't/child' },
    handler: async ({ event }) => {
      if (event.data.fail) throw new sdk.NonRetriableError('child failed');
      return { got: event.data.n };
    },
  },
  {
    id: 'parent',
    trigger: { event: 't/parent' },
    handler: async ({ step }) => {
      const ok = await step.invoke('ok', { function: ref('child'), data: { n: 1 } });
      const bad = await step
        .invoke('bad', { function: ref('child'), data: { fail: true } })
        .catch((e: Error) => e.message);
      const none = await step
        .invoke('none', { function: ref('nope'), data: {} })
        .catch((e: Error) => e.message);
      return { ok, bad, none };
    },
  },
];

describe.each(modes)('%s', mode => {
  it('runs steps, sleeps and repeated ids', async () => {
    pair = await startPair(mode, define);
    const id = await pair.send({ name: 't/seq', data: { k: 1 } });
    await pair.server.advance('2s');
    const [run] = await pair.runsOf(id);
    expect(run).toMatchObject({
      status: 'Completed',
      output: { a: { x: 1, ev: { k: 1 } }, b: null, a2: 'dup' },
    });
  });

  it('runs parallel steps', async () => {
    pair = await startPair(mode, define);
    const id = await pair.send({ name: 't/par', data: {} });
    await pair.server.advance('2s');
    const [run] = await pair.runsOf(id);
    expect(run).toMatchObject({ status: 'Completed', output: { r: [1, 2, null], z: 3 } });
  });

  it('retries', async () => {
    pair = await startPair(mode, define);
    const [run] = await pair.run({ name: 't/retry', data: {} });
    expect(run).toMatchObject({ status: 'Completed', output: 2 });
  });

  it('invokes', async () => {
    pair = await startPair(mode, define);
    const [run] = await pair.run({ name: 't/parent', data: {} });
    expect(run).toMatchObject({
      status: 'Completed',
      output: { ok: { got: 1 }, bad: 'child failed', none: 'could not find function with ID: app-nope' },
    });
  });

  it('is invoked through GraphQL', async () => {
    pair = await startPair(mode, define);
    const query =
      'mutation($functionSlug:String!,$data:Map,$user:Map){invokeFunction(functionSlug:$functionSlug,data:$data,user:$user)}';
    const variables = { functionSlug: 'app-child', data: { n: 7 } };
    expect(await post(`${pair.server.url}/v0/gql`, { query, variables })).toEqual({
      data: { invokeFunction: true },
    });
    await pair.server.settled();
    expect(pair.calls('child')[0]?.request.event).toMatchObject({
      name: 'inngest/function.invoked',
      data: { n: 7 },
    });
  });
});
