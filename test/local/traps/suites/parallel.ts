import { expect, test } from 'vitest';
import { pause } from '../../recordings/lib/session.js';
import type { Kit } from '../../recordings/lib/sdk.js';
import { isTerminal, opcodesOf, type Execution } from '../../recordings/lib/types.js';
import {
  discoveries,
  ended,
  finished,
  resultOf,
  settleMs,
  stepId,
  targetsOf,
  together,
  type Suite,
} from '../lib/kit.js';

const after =
  <T>(ms: number, value: T) =>
  async () => (await pause(ms), value);

/** Steps side by side: planning, discoveries, races. */
export function defineParallel({ fn, ns, count, sdk, appId }: Kit): void {
  fn({ id: 'planned', retries: 0 }, { event: ns('planned') }, async ({ step }) => {
    const slow = step.run('slow', async () => {
      const times = count('slow');
      await pause(900);
      return times;
    });
    const chain = step.run('fast', () => 'f').then(() => step.run('next', () => 'n'));
    return Promise.all([slow, chain]);
  });
  fn({ id: 'race', retries: 0 }, { event: ns('race') }, async ({ step }) =>
    Promise.race([step.run('hare', () => 'hare'), step.run('tortoise', after(1200, 'tortoise'))]),
  );
  fn({ id: 'all', retries: 0 }, { event: ns('all') }, async ({ step }) =>
    Promise.all([0, 300, 600].map(ms => step.run(`after ${ms}`, after(ms, ms)))),
  );
  fn({ id: 'early', retries: 0 }, { event: ns('early') }, async ({ step }) => {
    // Left alone: the function returns while this step is still to be planned.
    void step.run('left alone', () => 1).catch(() => undefined);
    return 'early';
  });
  if (sdk.major === 4) {
    fn({ id: 'raced', retries: 0 }, { event: ns('raced') }, async ({ step, group }) => {
      const race = () =>
        Promise.race([step.run('hare', () => 'hare'), step.run('tortoise', after(800, 'tortoise'))]);
      return group?.parallel({ mode: 'race' }, race);
    });
    const ofRaced = `event.data.function_id == '${appId}-raced'`;
    fn({ id: 'raced-end' }, { event: 'inngest/function.finished', if: ofRaced }, async () => null);
  }
  fn({ id: 'waits', retries: 0 }, { event: ns('waits') }, async ({ step }) => {
    const [, event] = await Promise.all([
      step.sendEvent('sends', { name: ns('answer'), data: { n: 1 } }),
      step.waitForEvent('waits', { event: ns('answer'), timeout: '4s' }),
    ]);
    return event?.data ?? null;
  });
  fn({ id: 'tooLate', retries: 0 }, { event: ns('tooLate') }, async ({ step }) =>
    step.waitForEvent('waits', { event: ns('before'), timeout: '1s' }),
  );
}

const answeredAt = (call: Execution | undefined) => (call ? call.t + call.ms : 0);

export function parallelTraps(suite: Suite): void {
  planTraps(suite);
  orderTraps(suite);
}

function planTraps({ modes, session }: Suite): void {
  test('trap 7: a planned step that a discovery reports again is not run twice', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'planned');
      const slow = calls.filter(call => targetsOf([call])[0] === stepId('slow'));
      expect(slow, mode).toHaveLength(1);
      expect(resultOf(calls), mode).toEqual([1, 'n']);
      // In v3 it really was reported again, while it was running.
      const reports = calls.filter(call =>
        opcodesOf(call).some(op => op.id === stepId('slow') && op.op === 'StepPlanned'),
      );
      expect(reports.length, mode).toBeGreaterThanOrEqual(mode === 'v3' ? 2 : 1);
    });
  });

  test('trap 8: a race and the number of discoveries follow the request version', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [id = ''] = await one.send({ name: 'race', data: {} });
      const calls = await ended(one, 'race', id);
      await one.untilQuiet(() => one.runsOf(id), settleMs);
      const tortoise = one.runsOf(id).find(call => targetsOf([call])[0] === stepId('tortoise'));
      const end = calls.find(isTerminal);
      expect(resultOf(calls), mode).toBe('hare');
      // Version 1 ends the run with the first; version 2 discovers when the last has come in.
      expect(answeredAt(end) < answeredAt(tortoise), mode).toBe(mode === 'v3');
      const all = await finished(one, 'all');
      expect(discoveries(all), mode).toHaveLength(mode === 'v3' ? 4 : 2);
    });
  });
}

function orderTraps({ modes, session }: Suite): void {
  test('trap 15: a wait sees only events that come after it, also one that its sibling step sends', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      expect(resultOf(await finished(one, 'waits')), mode).toEqual({ n: 1 });
      await one.send({ name: 'before', data: {} });
      await pause(settleMs);
      expect(resultOf(await finished(one, 'tooLate')), mode).toBeNull();
    });
  });

  test('trap 19: a 206 with new steps wins over the end of the function', async () => {
    // v3 ends the run; v4 reports the step although the function has returned.
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'early');
      const statuses = calls.map(call => call.status);
      expect(statuses, mode).toEqual(mode === 'v3' ? [200] : [206, 200]);
    });
    await together(
      modes.filter(one => one !== 'v3'),
      async mode => {
        const one = session(mode);
        const calls = await finished(one, 'raced');
        const ends = calls.filter(isTerminal);
        expect(ends, mode).toHaveLength(1);
        expect(resultOf(calls), mode).toBe('hare');
        // The loser was still running when the winner's discovery came, and the run went on until it was done.
        const loser = calls.find(call => targetsOf([call])[0] === stepId('tortoise'));
        expect(answeredAt(ends[0]), mode).toBeGreaterThanOrEqual(answeredAt(loser));
        const runId = calls[0]?.req.ctx.run_id;
        const told = await one.until('the finished event', () =>
          one.executions('raced-end').find(call => call.req.event.data['run_id'] === runId),
        );
        expect(told.t, mode).toBeGreaterThanOrEqual(answeredAt(loser));
      },
    );
  });
}
