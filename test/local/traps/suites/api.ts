import { expect, test } from 'vitest';
import { onRealServer } from '../../recordings/lib/server.js';
import { pause } from '../../recordings/lib/session.js';
import type { Kit } from '../../recordings/lib/sdk.js';
import { opcodesOf } from '../../recordings/lib/types.js';
import {
  ended,
  finished,
  resultOf,
  runRow,
  settleMs,
  type RunRow,
  together,
  type Suite,
} from '../lib/kit.js';

/** What an app or a test sees from outside: events, times, the read API. */
export function defineApi({ fn, ns, sdk }: Kit): void {
  const ref = (functionId: string) => sdk.referenceFunction({ functionId });
  fn({ id: 'far-sleep', retries: 0 }, { event: ns('far') }, async ({ step }) => step.sleep('far', '60d'));
  fn({ id: 'far-wait', retries: 0 }, { event: ns('far') }, async ({ step }) =>
    step.waitForEvent('far', { event: ns('never'), timeout: '40d' }),
  );
  // Without a timeout of its own an invoke waits for a year.
  fn({ id: 'far-invoke', retries: 0 }, { event: ns('far') }, async ({ step }) =>
    step.invoke('far', { function: ref('far-child'), data: {} }),
  );
  fn({ id: 'far-child', retries: 0 }, { event: ns('unused') }, async ({ step }) => step.sleep('far', '30d'));
  fn({ id: 'prompt', retries: 0 }, { event: ns('prompt') }, async () => 'prompt');
  fn({ id: 'shown', retries: 0 }, { event: ns('shown') }, async ({ step }) => {
    const a = await step.run('a', () => ({ x: 1 }));
    await step.sleep('nap', '2s');
    return { a };
  });
  fn({ id: 'shown-failing', retries: 0 }, { event: ns('shown-failing') }, async () => {
    throw new sdk.NonRetriableError('shown');
  });
  const nested = { id: 'outer', retries: 0, concurrency: { limit: 1 } };
  fn(nested, { event: ns('outer') }, async ({ step, event }) => {
    const depth = Number(event.data['depth'] ?? 0);
    if (depth === 2) return 'deepest';
    await step.sleep('nap', '1s');
    return step.invoke('inner', { function: ref('outer'), data: { depth: depth + 1 } });
  });
}

interface EventRuns {
  data: RunRow[];
}

export function apiTraps(suite: Suite): void {
  timeTraps(suite);
  readTraps(suite);
}

function timeTraps({ modes, session }: Suite): void {
  test('trap 22: times beyond 2^31 ms do not fire at once', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [id = ''] = await one.send({ name: 'far', data: {} });
      for (const fn of ['far-sleep', 'far-wait', 'far-invoke']) {
        await one.untilCall(fn, id, call => opcodesOf(call).length === 1);
      }
      await one.until('the child', () => one.executions('far-child').find(call => call.status === 206));
      await pause(settleMs * 3);
      const calls = [...one.runsOf(id), ...one.executions('far-child')];
      expect(calls, mode).toHaveLength(4);
    });
  });

  test('trap 23: an event is answered first, its runs come after', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      for (let n = 0; n < 10; n++) {
        const [id = ''] = await one.send({ name: 'prompt', data: { n } });
        const answered = Date.now();
        const call = await one.untilCall('prompt', id, () => true);
        expect(call.t, mode).toBeGreaterThanOrEqual(answered);
      }
    });
  });
}

function readTraps({ modes, session }: Suite): void {
  test('trap 24: status, end and output of a run are right from the start', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [id = ''] = await one.send({ name: 'shown', data: {} });
      const call = await one.untilCall('shown', id, other => opcodesOf(other).some(op => op.op === 'Sleep'));
      await pause(settleMs);
      const running = await runRow(one, call.req.ctx.run_id);
      expect(running, mode).toMatchObject({ run_id: call.req.ctx.run_id, status: 'Running', event_id: id });
      expect(running.ended_at ?? null, mode).toBeNull();
      await ended(one, 'shown', id);
      const row = await runRow(one, call.req.ctx.run_id);
      expect(row.status, mode).toBe('Completed');
      expect(Date.parse(row.ended_at ?? ''), mode).toBeGreaterThan(call.t);
      const calls = await finished(one, 'shown-failing');
      expect((await runRow(one, calls[0]?.req.ctx.run_id ?? '')).status, mode).toBe('Failed');
      // The real server caches, calls a run completed while it runs, lists it several times and loses outputs.
      if (!onRealServer) await expectTruth(one, id, call.req.ctx.run_id);
    });
  });

  test('trap 25: a concurrency limit is not held by a run that sleeps or waits', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'outer');
      expect(resultOf(calls), mode).toBe('deepest');
    });
  });
}

async function expectTruth(one: ReturnType<Suite['session']>, eventId: string, runId: string): Promise<void> {
  // Without a cache to avoid: the very same address, while the run sleeps and afterwards.
  const read = async () =>
    (await (await fetch(`${one.server.url}/v1/events/${eventId}/runs`)).json()) as EventRuns;
  expect((await read()).data).toMatchObject([
    { run_id: runId, status: 'Completed', output: { a: { x: 1 } } },
  ]);
  const [next = ''] = await one.send({ name: 'shown', data: {} });
  const list = async () =>
    (await (await fetch(`${one.server.url}/v1/events/${next}/runs`)).json()) as EventRuns;
  const call = await one.untilCall('shown', next, other => opcodesOf(other).some(op => op.op === 'Sleep'));
  const during = (await list()).data;
  expect(during).toMatchObject([{ run_id: call.req.ctx.run_id, status: 'Running' }]);
  expect(during[0]?.ended_at ?? null).toBeNull();
  await ended(one, 'shown', next);
  expect((await list()).data).toMatchObject([{ status: 'Completed', output: { a: { x: 1 } } }]);
}
