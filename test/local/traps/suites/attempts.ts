import { expect, test } from 'vitest';
import { pause } from '../../recordings/lib/session.js';
import type { Kit } from '../../recordings/lib/sdk.js';
import { finished, memoOf, resultOf, runRow, together, type Suite } from '../lib/kit.js';

/** Retries, and errors that a function may catch. */
export function defineAttempts({ fn, ns, sdk, count }: Kit): void {
  const flaky = (name: string) => () => {
    if (count(name) === 1) throw new Error(`${name} failed once`);
    return name;
  };
  fn({ id: 'budget', retries: 1 }, { event: ns('budget') }, async ({ step }) => {
    const a = await step.run('a', flaky('a'));
    const b = await step.run('b', flaky('b'));
    const c = await step.run('c', flaky('c'));
    if (count('body') === 1) throw new Error('the body failed once');
    return a + b + c;
  });
  fn({ id: 'later', retries: 1 }, { event: ns('later') }, async ({ step }) =>
    step.run('patient', () => {
      if (count('patient') === 1) throw new sdk.RetryAfterError('later', '3s');
      return 'ok';
    }),
  );
  fn({ id: 'caught', retries: 1 }, { event: ns('caught') }, async ({ step }) => {
    const fails = () => {
      throw new Error('always');
    };
    const problem = await step.run('bad', fails).catch((e: unknown) => (e as Error).message);
    return step.run('after', () => `caught ${problem}`);
  });
  fn({ id: 'nested', retries: 0 }, { event: ns('nested') }, async ({ step }) =>
    step.run('outer', async () => step.run('inner', () => 1)),
  );
  const rateLimit = { limit: 1, period: '1h' };
  const limited = fn({ id: 'limited', rateLimit }, { event: ns('limited') }, async () => 'ran');
  fn({ id: 'insists', retries: 0 }, { event: ns('insists') }, async ({ step }) => {
    const first = await step.invoke('first', { function: limited, data: {} });
    const second = await step
      .invoke('second', { function: limited, data: {} })
      .catch((e: unknown) => (e as Error).message);
    return `${String(first)}, then ${String(second)}`;
  });
  fn({ id: 'quick', retries: 0 }, { event: ns('quick') }, async ({ step }) => step.run('a', () => 'quick'));
}

export function attemptTraps({ modes, session }: Suite): void {
  test('trap 4: every step, and the body, has attempts of its own', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'budget');
      expect(resultOf(calls), mode).toBe('abc');
      const retried = calls.filter(call => call.req.ctx.attempt === 1).length;
      expect(retried, mode).toBe(4);
      expect(Math.max(...calls.map(call => call.req.ctx.attempt)), mode).toBe(1);
    });
  });

  test('trap 5: a StepError obeys the retry-after header of its answer (RetryAfterError)', async () => {
    // v3 sends the header for whole functions only, so there the step's delay is the server's own.
    await together(
      modes.filter(one => one !== 'v3'),
      async mode => {
        const [first, second] = await finished(session(mode), 'later');
        expect((second?.t ?? 0) - (first?.t ?? 0), mode).toBeGreaterThan(1900);
      },
    );
  });

  test('trap 11: a step that failed for good is told to the function, which may catch it', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'caught');
      expect(memoOf(calls, 'bad'), mode).toMatchObject({ error: { message: 'always' } });
      expect(resultOf(calls), mode).toBe('caught always');
      const runId = calls[0]?.req.ctx.run_id ?? '';
      expect((await runRow(session(mode), runId)).status, mode).toBe('Completed');
    });
  });

  test('trap 27: an invoke of a function over its rate limit fails, instead of waiting for ever', async () => {
    await together(modes, async mode => {
      const calls = await finished(session(mode), 'insists');
      expect(resultOf(calls), mode).toBe('ran, then invoked function is rate limited');
      expect(memoOf(calls, 'second'), mode).toEqual({
        error: { name: 'Error', message: 'invoked function is rate limited' },
      });
    });
  });

  test('trap 20: a step inside a step hangs its run, and only that', async () => {
    await together(modes, async mode => {
      const one = session(mode);
      const [id = ''] = await one.send({ name: 'nested', data: {} });
      const call = await one.untilCall('nested', id, () => true);
      expect(resultOf(await finished(one, 'quick')), mode).toBe('quick');
      await pause(1200);
      expect(
        one.runsOf(id).map(other => other.status),
        mode,
      ).toEqual([0]);
      expect((await runRow(one, call.req.ctx.run_id)).status, mode).toBe('Running');
    });
  });
}
