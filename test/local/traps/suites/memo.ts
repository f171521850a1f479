import { expect, test } from 'vitest';
import { pause } from '../../recordings/lib/session.js';
import type { Kit } from '../../recordings/lib/sdk.js';
import {
  ended,
  finished,
  memoOf,
  resultOf,
  sessions,
  settleMs,
  stepId,
  together,
  type Suite,
} from '../lib/kit.js';

/** What the server remembers of finished steps, and how it hands it to the app. */
export function defineMemo({ fn, ns, sdk, count }: Kit): void {
  fn({ id: 'nulls', retries: 0 }, { event: ns('nulls') }, async ({ step }) =>
    Promise.all([
      step.sleep('nap', '1s'),
      step.waitForEvent('event', { event: ns('never'), timeout: '1s' }),
      step.waitForSignal('signal', { signal: ns('never'), timeout: '1s' }),
    ]),
  );
  fn({ id: 'bare', retries: 0 }, { event: ns('bare') }, async ({ step }) =>
    step.waitForEvent('event', { event: ns('go'), timeout: '9s' }),
  );
  fn({ id: 'versions', retries: 1 }, { event: ns('versions') }, async ({ step }) => {
    await step.run('a', () => 1);
    await step.sleep('b', '1s');
    return step.run('c', () => 3);
  });
  fn({ id: 'late', retries: 1 }, { event: ns('late') }, async ({ step }) => {
    if (count('late') === 1) throw new Error('before any step');
    return step.run('a', () => 1);
  });
  fn({ id: 'nothing', retries: 0 }, { event: ns('nothing') }, async () => null);
  fn({ id: 'asks', retries: 0 }, { event: ns('asks') }, async ({ step }) => {
    const got = await step.invoke('child', {
      function: sdk.referenceFunction({ functionId: 'nothing' }),
      data: {},
    });
    return { got, isNull: got === null };
  });
  const after = (ms: number, value: string) => async () => (await pause(ms), value);
  fn({ id: 'order', retries: 0 }, { event: ns('order') }, async ({ step }) => {
    const last = step.run('last', after(900, 'l'));
    return Promise.all([last, step.run('middle', after(450, 'm')), step.run('first', () => 'f')]);
  });
}

export function memoTraps(suite: Suite): void {
  waitTraps(suite);
  orderTraps(suite);
}

function waitTraps({ modes, session }: Suite): void {
  test('trap 1: a sleep and a timed-out wait are memoized as bare null', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'nulls');
      const memos = ['nap', 'event', 'signal'].map(name => memoOf(calls, name));
      expect(memos, mode).toEqual([null, null, null]);
    });
  });

  test('trap 2: the event of a waitForEvent is memoized bare, not wrapped in data', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [id = ''] = await one.send({ name: 'bare', data: {} });
      await one.untilCall('bare', id, call => call.status === 206);
      await pause(settleMs);
      const [sent] = await one.send({ name: 'go', data: { deep: { x: 1 } }, user: { u: 2 } });
      const memo = memoOf(await ended(one, 'bare', id), 'event');
      const name = one.namespace + 'go';
      const ts: unknown = expect.any(Number);
      expect(memo, mode).toEqual({ id: sent, name, data: { deep: { x: 1 } }, user: { u: 2 }, ts });
    });
  });

  const optimized = modes.includes('v3')
    ? sessions(['v3'], { define: defineMemo, client: { optimizeParallelism: true } })
    : undefined;

  test("trap 3: the first request has version -1, the following ones the SDK's choice", async () => {
    const cases = modes.map(mode => ({ one: session(mode), version: mode === 'v3' ? 1 : 2 }));
    // In v3 the option makes the SDK ask for version 2.
    if (optimized) cases.push({ one: optimized('v3'), version: 2 });
    for (const { one, version } of cases) {
      const calls = await finished(one, 'versions');
      const versions = calls.map(call => [call.req.version, call.reqHeaders['x-inngest-req-version']]);
      expect(versions.length).toBeGreaterThan(1);
      expect(versions).toEqual([[-1, '-1'], ...versions.slice(1).map(() => [version, String(version)])]);
      // An answer that isn't a 206 chooses nothing.
      const late = await finished(one, 'late');
      expect(late.slice(0, 2).map(call => [call.req.version, call.req.ctx.attempt])).toEqual([
        [-1, 0],
        [-1, 1],
      ]);
    }
  });
}

function orderTraps({ modes, session }: Suite): void {
  test('trap 9: the stack is in the order of completion, and every id in it has a memo', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'order');
      const last = calls.at(-1);
      expect(last?.req.ctx.stack.stack, mode).toEqual(['first', 'middle', 'last'].map(stepId));
      for (const { req } of calls) {
        expect(Object.keys(req.steps), mode).toEqual(expect.arrayContaining(req.ctx.stack.stack));
      }
    });
  });

  test('trap 13: a child that returns null gives its parent null, not the event', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'asks');
      expect(memoOf(calls, 'child'), mode).toEqual({ data: null });
      expect(resultOf(calls), mode).toEqual({ got: null, isNull: true });
    });
  });
}
