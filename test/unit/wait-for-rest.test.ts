import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunParts } from '../../src/run/run-parts';
import { RestWaiter } from '../../src/run/wait-for-rest';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Listener = (event: { data: unknown }) => Promise<void>;

/** A waiter for a run that has ended; `finish` is its last event. */
async function waiterOfAnEndedRun(): Promise<{ waiter: RestWaiter; finish: () => Promise<void> }> {
  const listeners: Listener[] = [];
  const realtime = { subscribe: async (_topic: string, listener: Listener) => listeners.push(listener) };
  const record = { identity: { workflowId: 'w', runId: 'r' }, load: async () => ({ status: 'success' }) };
  const log = { warn: () => undefined };
  const waiter = new RestWaiter({ realtime, record, log } as unknown as RunParts);
  await waiter.subscribe();
  const event = { data: { type: 'workflow-finish', payload: {} } };
  return { waiter, finish: async () => void (await Promise.all(listeners.map(listener => listener(event)))) };
}

test('I10: a waiter wakes by a timer of its own: on Workers, a timer ends with the request that set it', async () => {
  const { waiter: ofAnEndedRequest } = await waiterOfAnEndedRun();
  void ofAnEndedRequest.wait();
  vi.clearAllTimers();
  const { waiter } = await waiterOfAnEndedRun();
  const rested = vi.fn();
  void waiter.wait().then(rested);
  await vi.advanceTimersByTimeAsync(500);
  expect(rested).toHaveBeenCalledWith({ snapshot: { status: 'success' } });
});

test('I10: a thousand waiters wake at their event or after their pause, and leave no timer behind', async () => {
  const all = await Promise.all(Array.from({ length: 1000 }, waiterOfAnEndedRun));
  let rested = 0;
  for (const { waiter } of all) void waiter.wait().then(() => rested++);
  await Promise.all(all.slice(0, 400).map(({ finish }) => finish()));
  await vi.advanceTimersByTimeAsync(499);
  expect(rested).toBe(400);
  await vi.advanceTimersByTimeAsync(1);
  expect(rested).toBe(1000);
  expect(vi.getTimerCount()).toBe(0);
});
