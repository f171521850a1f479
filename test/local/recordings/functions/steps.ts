import type { Kit } from '../lib/sdk.js';
import { pause } from '../lib/session.js';

/** Steps in sequence and in parallel, errors and retries. The bodies are those that were running when it was recorded. */
export function defineSteps({ fn, ns, sdk, count }: Kit): void {
  fn(
    { id: 'seq', name: 'Seq Fn', retries: 0 },
    { event: ns('t/seq') },
    async ({ step, event, runId, attempt }) => {
      const a = await step.run('a', () => ({ x: 1, ev: event.data }));
      await step.sleep('zz', '1s');
      const b = await step.run('b', () => undefined);
      const a2 = await step.run('a', () => 'dup');
      return { a, b, a2, runId, attempt };
    },
  );
  fn({ id: 'par', retries: 1 }, { event: ns('t/par') }, async ({ step }) => {
    const r = await Promise.all([step.run('p1', () => 1), step.run('p2', () => 2), step.sleep('ps', '1s')]);
    const z = await step.run('after', () => r[0] + r[1]);
    return { r, z };
  });
  fn({ id: 'input', retries: 0 }, { event: ns('t/input') }, async ({ step }) =>
    step.run('with-input', (a: number, b: number) => a + b, 1, 2),
  );
  fn({ id: 'nullret', retries: 0 }, { event: ns('t/nullret') }, async () => undefined);
  fn({ id: 'big', retries: 0 }, { event: ns('t/big') }, async ({ step }) => {
    let n = 0;
    for (let i = 0; i < 6; i++) n += (await step.run(`big${i}`, () => 'x'.repeat(1024 * 1024))).length;
    return n;
  });
  fn({ id: 'race', retries: 0 }, { event: ns('t/race') }, async ({ step }) => {
    const slow = async () => {
      await pause(500);
      return 'r2';
    };
    const winner = await Promise.race([step.run('r1', async () => 'r1'), step.run('r2', slow)]);
    await step.run('afterRace', () => winner);
    return winner;
  });
  fn({ id: 'parfail', retries: 0 }, { event: ns('t/parfail') }, async ({ step }) => {
    const fails = () => {
      throw new Error('pf');
    };
    await Promise.all([step.run('g', () => 1), step.run('h', fails)]);
    return 1;
  });
  defineErrors({ fn, ns, sdk, count });
}

function defineErrors({ fn, ns, sdk, count }: Pick<Kit, 'fn' | 'ns' | 'sdk' | 'count'>): void {
  fn({ id: 'steperr', retries: 1 }, { event: ns('t/steperr') }, async ({ step }) => {
    try {
      await step.run('bad', () => {
        throw Object.assign(new TypeError(`boom ${count('bad')}`), { extra: 5, cause: new Error('inner') });
      });
    } catch (caught) {
      const e = caught as Error & { cause?: Error };
      const seen = {
        name: e.name,
        message: e.message,
        cause: String(e.cause?.message),
        keys: Object.keys(e),
      };
      return step.run('recover', () => seen);
    }
  });
  fn(
    {
      id: 'stepfail',
      retries: 1,
      onFailure: async ({ event, error, step }) => {
        await step.run('of', () => ({ m: error?.message, name: error?.name }));
        return { handled: event.data };
      },
    },
    { event: ns('t/stepfail') },
    async ({ step }) => {
      await step.run('ok1', () => 1);
      await step.run('bad', () => {
        throw new Error('stepfail');
      });
    },
  );
  fn({ id: 'nonretr', retries: 3 }, { event: ns('t/nonretr') }, async ({ step }) => {
    await step.run('bad', () => {
      throw new sdk.NonRetriableError('nope', { cause: new Error('why') });
    });
  });
  fn({ id: 'retryafter', retries: 2 }, { event: ns('t/retryafter') }, async ({ step }) =>
    step.run('ra', () => {
      if (count('ra') < 2) throw new sdk.RetryAfterError('later', '3s');
      return 'ok';
    }),
  );
  fn({ id: 'fnerr', retries: 1 }, { event: ns('t/fnerr') }, async ({ step, attempt }) => {
    await step.run('one', () => 1);
    throw new Error(`fn-level ${attempt}`);
  });
  fn({ id: 'fnnonretr', retries: 3 }, { event: ns('t/fnnonretr') }, async () => {
    throw new sdk.NonRetriableError('fn nonretr');
  });
}
