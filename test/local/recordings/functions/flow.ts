import type { Kit } from '../lib/sdk.js';
import { pause } from '../lib/session.js';

/** Triggers and flow control. */
export function defineFlow(kit: Kit): void {
  defineTriggers(kit);
  defineLimits(kit);
}

function defineLimits({ fn, ns }: Kit): void {
  fn({ id: 'cron1' }, { cron: '* * * * *' }, async ({ event }) => event);
  fn(
    { id: 'batch', batchEvents: { maxSize: 3, timeout: '2s' } },
    { event: ns('t/batch') },
    async ({ events }) => events.map(event => event.data),
  );
  fn(
    { id: 'multi' },
    [{ event: ns('t/m1') }, { event: ns('t/m2'), if: 'event.data.n > 5' }, { cron: '0 0 1 1 *' }],
    async ({ event }) => event.name,
  );
  fn(
    {
      id: 'allopts',
      name: 'All opts',
      retries: 2,
      concurrency: [{ limit: 2, key: 'event.data.u' }],
      rateLimit: { limit: 10, period: '1m', key: 'event.data.u' },
      priority: { run: 'event.data.p == 1 ? 10 : 0' },
      idempotency: 'event.data.id',
      timeouts: { start: '10s', finish: '20s' },
    },
    { event: ns('t/allopts') },
    async () => 1,
  );
  fn(
    { id: 'deb', debounce: { period: '1s', key: 'event.data.k', timeout: '5s' } },
    { event: ns('t/deb') },
    async ({ event }) => event.data,
  );
  fn(
    { id: 'thr', throttle: { limit: 1, period: '2s', burst: 0, key: 'event.data.k' } },
    { event: ns('t/thr') },
    async ({ event }) => event.data,
  );
  fn(
    { id: 'sing', singleton: { key: 'event.data.k', mode: 'skip' } },
    { event: ns('t/sing') },
    async ({ event, step }) => {
      await step.sleep('q', '2s');
      return event.data;
    },
  );
  fn(
    { id: 'timeoutfn', retries: 0, timeouts: { finish: '2s' } },
    { event: ns('t/timeoutfn') },
    async ({ step }) => {
      await step.sleep('s1', '1s');
      await step.run('x', () => 1);
      await step.sleep('s2', '3s');
      return 1;
    },
  );
  fn(
    { id: 'conc', retries: 0, concurrency: { limit: 1 } },
    { event: ns('x/conc') },
    async ({ step, event }) => {
      const busy = async () => {
        const began = Date.now();
        await pause(400);
        return [began, Date.now()];
      };
      const t0 = await step.run('a', busy);
      await step.sleep('s', '2s');
      const t1 = await step.run('b', busy);
      return { i: event.data['i'], t0, t1 };
    },
  );
}

function defineTriggers({ fn, ns }: Kit): void {
  fn({ id: 'future', retries: 0 }, { event: ns('x/future') }, async () => Date.now());
  fn({ id: 'wild', retries: 0 }, { event: ns('wild/*') }, async ({ event }) => event.name);
  const expressions: Record<string, [string, string]> = {
    celtest: ["event.data.n > 5 && event.data.name.startsWith('ab') && event.data.missing != 'q'", 'hit'],
    celtest2: ["has(event.data.tags) && event.data.tags.exists(t, t == 'x')", 'hit2'],
    celtest3: ['event.data.n == 9 && event.data.deep.a.b == true', 'hit3'],
    celtest4: ['event.data.missing == null', 'hit4-missing-eq-null'],
    celtest5: ["event.data.n in [9, 10] && event.user.id == 'u'", 'hit5'],
  };
  for (const [id, [expression, result]] of Object.entries(expressions)) {
    fn({ id, retries: 0 }, { event: ns('x/cel'), if: expression }, async () => result);
  }
}
