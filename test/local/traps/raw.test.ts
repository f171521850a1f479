import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause } from '../recordings/lib/session.js';
import { settleMs, stepId } from './lib/kit.js';
import { done, error, ops, RawApp, type RawAnswer } from './lib/raw.js';

/** Answers that an SDK gives rarely or never, so an app without one gives them. */
describe('traps, an app without an SDK', () => {
  let raw: Awaited<ReturnType<typeof RawApp.start>>;
  beforeAll(async () => {
    raw = await RawApp.start();
  });
  afterAll(() => raw?.stop());

  const failing = { op: 'StepError', id: stepId('s'), name: 's', displayName: 's', error: error('no') };

  test('trap 5: a StepError obeys the no-retry and retry-after headers of its answer', async () => {
    const soft = { 'x-inngest-no-retry': 'false', 'retry-after': '3' };
    await raw.register({
      final: (_, nth) =>
        nth === 1 ? { ...ops(failing), headers: { 'x-inngest-no-retry': 'true' } } : done(),
      waits: (_, nth) => (nth === 1 ? { ...ops(failing), headers: soft } : done()),
    });
    await Promise.all([raw.send('final'), raw.send('waits')]);
    const [, afterFinal] = await raw.until('final', 2);
    expect(afterFinal?.req.ctx.attempt).toBe(0);
    expect(afterFinal?.req.steps[failing.id]).toMatchObject({ error: { message: 'no' } });
    const [first, second] = await raw.until('waits', 2);
    expect(second?.req.ctx.attempt).toBe(1);
    // The header counts whole seconds, so up to one of them may already be over.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(1900);
  });

  test('trap 6: a 4xx is final only if the no-retry header says so', async () => {
    const answer = (status: number, noRetry?: string): RawAnswer => ({
      status,
      body: error('refused'),
      headers: noRetry ? { 'x-inngest-no-retry': noRetry } : {},
    });
    await raw.register({
      bare404: (_, nth) => (nth === 1 ? answer(404) : done()),
      soft400: (_, nth) => (nth === 1 ? answer(400, 'false') : done()),
      hard400: () => answer(400, 'true'),
    });
    await Promise.all(['bare404', 'soft400', 'hard400'].map(name => raw.send(name)));
    expect((await raw.until('bare404', 2)).map(call => call.req.ctx.attempt)).toEqual([0, 1]);
    expect((await raw.until('soft400', 2)).map(call => call.req.ctx.attempt)).toEqual([0, 1]);
    await pause(settleMs);
    expect(raw.of('hard400')).toHaveLength(1);
  });
});
