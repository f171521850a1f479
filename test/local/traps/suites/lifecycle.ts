import { expect, test } from 'vitest';
import { pause, type Session } from '../../recordings/lib/session.js';
import type { Kit } from '../../recordings/lib/sdk.js';
import { opcodesOf, type Execution, type Json } from '../../recordings/lib/types.js';
import { ended, finished, memoOf, resultOf, runRow, settleMs, together, type Suite } from '../lib/kit.js';

/** How runs end, and who is told. */
export function defineLifecycle({ fn, ns, sdk, appId }: Kit): void {
  const ref = (functionId: string) => sdk.referenceFunction({ functionId });
  fn({ id: 'sleeper', retries: 0 }, { event: ns('sleeper') }, async ({ step }) => {
    await step.sleep('long', '40s');
    return 'slept';
  });
  fn({ id: 'parent', retries: 0 }, { event: ns('parent') }, async ({ step }) => {
    const got = await step.invoke('child', { function: ref('sleeper'), data: {} });
    return { resolved: got };
  });
  const cancelOn = [{ event: ns('cancel'), match: 'data.k' }];
  fn({ id: 'keyed', retries: 0, cancelOn }, { event: ns('keyed') }, async ({ step }) => {
    await step.sleep('long', '40s');
    return 'slept';
  });
  fn(
    { id: 'again', retries: 0, cancelOn: [{ event: ns('again') }] },
    { event: ns('again') },
    async ({ step }) => {
      await step.sleep('short', '3s');
      return 'slept';
    },
  );
  fn(
    { id: 'handled', retries: 0, cancelOn: [{ event: ns('stop') }], onFailure: async () => 'handled' },
    { event: ns('handled') },
    async ({ step, event }) => {
      if (event.data['fail']) throw new sdk.NonRetriableError('as asked');
      await step.sleep('long', '40s');
    },
  );
  const onFailure = async () => {
    throw new sdk.NonRetriableError('the handler fails too');
  };
  fn({ id: 'doomed', retries: 0, onFailure }, { event: ns('doomed') }, async () => {
    throw new sdk.NonRetriableError('doomed');
  });
  fn({ id: 'odd', retries: 0 }, { event: ns('odd') }, async () => ({
    error: { message: 'only data' },
    n: 1,
  }));
  fn({ id: 'odd-parent', retries: 0 }, { event: ns('odd-parent') }, async ({ step }) =>
    step.invoke('child', { function: ref('odd'), data: {} }),
  );
  fn(
    { id: 'batched', retries: 0, batchEvents: { maxSize: 3, timeout: '8s' } },
    { event: ns('batched') },
    async ({ events }) => events.map(event => event.data['n']).sort(),
  );
  fn({ id: 'batching', retries: 0 }, { event: ns('batching') }, async ({ step, event }) =>
    step.invoke('child', { function: ref('batched'), data: event.data }),
  );
  for (const kind of ['finished', 'failed', 'cancelled']) {
    const ours = `event.data.function_id.startsWith('${appId}')`;
    fn({ id: `on-${kind}`, retries: 0 }, { event: `inngest/function.${kind}`, if: ours }, async () => null);
  }
}

/** The lifecycle events of this kind about this run, as our listener got them. */
function told(session: Session, kind: string, runId: string): Json[] {
  const calls = session.executions(`on-${kind}`).filter(call => call.req.event.data['run_id'] === runId);
  return calls.map(call => call.req.event.data);
}

async function sleeping(session: Session, fn: string, eventId: string): Promise<string> {
  const call = await session.untilCall(fn, eventId, one => opcodesOf(one).some(op => op.op === 'Sleep'));
  await pause(settleMs / 2);
  return call.req.ctx.run_id;
}

const runIdOf = (calls: Execution[]) => calls[0]?.req.ctx.run_id ?? '';

/** Long enough for an event to have its effect. */
const effect = () => pause(settleMs * 2);

export function lifecycleTraps(suite: Suite): void {
  childTraps(suite);
  batchTraps(suite);
  cancelTraps(suite);
  failureTraps(suite);
}

function childTraps({ modes, session }: Suite): void {
  test("trap 12: a cancelled child resolves its parent's invoke with the finished event", async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [id = ''] = await one.send({ name: 'parent', data: {} });
      await one.untilCall('parent', id, call => call.status === 206);
      const child = await one.until('the child', () =>
        one.executions('sleeper').find(call => call.status === 206),
      );
      await effect();
      await one.cancelRun(child.req.ctx.run_id);
      const calls = await ended(one, 'parent', id);
      const name = 'inngest/function.finished';
      const data = { function_id: `${one.app.kit.appId}-sleeper`, _inngest: { status: 'Cancelled' } };
      expect(memoOf(calls, 'child'), mode).toMatchObject({ name, data });
      expect(resultOf(calls), mode).toMatchObject({ resolved: { name, data } });
      expect((await runRow(one, runIdOf(calls))).status, mode).toBe('Completed');
    });
  });
}

function batchTraps({ modes, session }: Suite): void {
  test('trap 28: invocations of a batched function share a run, and each gets its result', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const ids = await one.send(
        { name: 'batched', data: { n: 0 } },
        ...[1, 2].map(n => ({ name: 'batching', data: { n } })),
      );
      for (const id of ids.slice(1)) {
        expect(resultOf(await ended(one, 'batching', id)), mode).toEqual([0, 1, 2]);
      }
      const [call, ...others] = one.executions('batched');
      expect([call?.req.events.length, others.length], mode).toEqual([3, 0]);
      const run = call?.req.ctx.run_id ?? '';
      // For the first event, and for each invocation that is not the first.
      const invoked = call?.req.events.slice(1).filter(event => event.name.endsWith('.invoked')) ?? [];
      const expected = 1 + invoked.length;
      await one.until('the events', () => (told(one, 'finished', run).length >= expected ? true : undefined));
      await effect();
      expect(told(one, 'finished', run), mode).toHaveLength(expected);
    });
  });
}

function cancelTraps({ modes, session }: Suite): void {
  test('trap 14: cancelOn compares as the expression does: null equals null, 1 is not "1"', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [[without = ''], [withOne = '']] = [
        await one.send({ name: 'keyed', data: {} }),
        await one.send({ name: 'keyed', data: { k: 1 } }),
      ];
      const runs = [await sleeping(one, 'keyed', without), await sleeping(one, 'keyed', withOne)];
      const states = async () => Promise.all(runs.map(async run => (await runRow(one, run)).status));
      await one.send({ name: 'cancel', data: { k: '1' } }, { name: 'cancel', data: { k: 2 } });
      await effect();
      expect(await states(), mode).toEqual(['Running', 'Running']);
      await one.send({ name: 'cancel', data: {} });
      await one.until('the cancellation', () =>
        told(one, 'cancelled', runs[0] ?? '').length ? true : undefined,
      );
      expect(await states(), mode).toEqual(['Cancelled', 'Running']);
      await one.send({ name: 'cancel', data: { k: 1 } });
      await one.until('the cancellation', () =>
        told(one, 'cancelled', runs[1] ?? '').length ? true : undefined,
      );
    });
  });

  test('trap 16: a cancelling event spares the run that it starts, and later ones', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [first = ''] = await one.send({ name: 'again', data: { n: 1 } });
      const cancelled = await sleeping(one, 'again', first);
      const [second = ''] = await one.send({ name: 'again', data: { n: 2 } });
      expect(resultOf(await ended(one, 'again', second)), mode).toBe('slept');
      expect((await runRow(one, cancelled)).status, mode).toBe('Cancelled');
    });
  });
}

function failureTraps({ modes, session }: Suite): void {
  test('trap 17: onFailure is not for cancellations, and its own failure emits no failed event', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [id = ''] = await one.send({ name: 'handled', data: {} });
      const run = await sleeping(one, 'handled', id);
      await one.send({ name: 'stop', data: {} });
      await one.until('the cancellation', () => (told(one, 'cancelled', run).length ? true : undefined));
      await effect();
      expect(one.executions('handled-failure'), mode).toHaveLength(0);
      await finished(one, 'handled', { fail: true });
      await one.until('the handler', () => one.executions('handled-failure').at(0));
      await finished(one, 'doomed');
      const handler = await one.until('the failing handler', () => one.executions('doomed-failure').at(0));
      await effect();
      const failed = one.executions('on-failed').map(call => String(call.req.event.data['function_id']));
      const prefix = `${one.app.kit.appId}-`;
      const names = failed.map(name => name.replace(prefix, ''));
      expect(
        names.filter(name => name.startsWith('doomed')),
        mode,
      ).toEqual(['doomed']);
      expect(
        names.filter(name => name.startsWith('handled')),
        mode,
      ).toEqual(['handled']);
      expect(told(one, 'finished', handler.req.ctx.run_id), mode).toHaveLength(0);
    });
  });

  test('trap 18: an error key in a successful result is data', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const odd = { error: { message: 'only data' }, n: 1 };
      const calls = await finished(one, 'odd-parent');
      expect(resultOf(calls), mode).toEqual(odd);
      expect(memoOf(calls, 'child'), mode).toEqual({ data: odd });
      const child = await finished(one, 'odd');
      const run = runIdOf(child);
      await one.until('the finished event', () => told(one, 'finished', run).at(0));
      expect(told(one, 'finished', run), mode).toMatchObject([
        { result: odd, _inngest: { status: 'Completed' } },
      ]);
      expect(told(one, 'finished', run)[0], mode).not.toHaveProperty('error');
      expect(told(one, 'failed', run), mode).toHaveLength(0);
      expect((await runRow(one, run)).status, mode).toBe('Completed');
    });
  });
}
