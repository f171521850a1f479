import type { Kit } from '../lib/sdk.js';
import { pause as after } from '../lib/session.js';

/** The second recorded set: what invoked functions give back, and parallel steps of every kind. */
export function defineExtra(kit: Kit): void {
  defineChildren(kit);
  defineParents(kit);
  defineParallel(kit);
  const { fn, ns } = kit;
  fn({ id: 'throwstr', retries: 0 }, { event: ns('x/throwstr') }, async () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is the scenario
    throw 'a string';
  });
  fn({ id: 'sleepzero', retries: 0 }, { event: ns('x/sleepzero') }, async ({ step }) => {
    await step.sleep('z', 0);
    await step.sleep('z2', '10ms');
    return 1;
  });
  defineLimits(kit);
  fn(
    { id: 'slowstep', retries: 0, cancelOn: [{ event: ns('x/cancelslow') }] },
    { event: ns('x/slowstep') },
    async ({ step }) => {
      await step.run('slow', async () => {
        await after(2500);
        return 1;
      });
      await step.run('never', () => null);
      return 2;
    },
  );
}

/** What exceeds a limit ends with an error that only the failed event shows. */
function defineLimits({ fn, ns, appId }: Kit): void {
  fn({ id: 'bigout', retries: 0 }, { event: ns('x/bigout') }, async ({ step }) => {
    await step.run('b', () => 'x'.repeat(5 * 1024 * 1024));
    return 1;
  });
  for (const id of ['bigout', 'manysteps']) {
    const ours = `event.data.function_id == '${appId}-${id}'`;
    fn({ id: `${id}-failed` }, { event: 'inngest/function.failed', if: ours }, async () => null);
  }
}

function defineChildren({ fn, ns, sdk }: Kit): void {
  fn({ id: 'retnull', retries: 0 }, { event: ns('x/retnull') }, async () => undefined);
  fn({ id: 'retstr', retries: 0 }, { event: ns('x/retstr') }, async () => 'str');
  fn({ id: 'retzero', retries: 0 }, { event: ns('x/retzero') }, async () => 0);
  fn({ id: 'retfalse', retries: 0 }, { event: ns('x/retfalse') }, async () => false);
  fn({ id: 'reterrkey', retries: 0 }, { event: ns('x/reterrkey') }, async () => ({
    error: { message: 'not an error' },
    data: 1,
  }));
  fn({ id: 'tocancel', retries: 0 }, { event: ns('x/tocancel') }, async ({ step }) => {
    await step.sleep('s', '30s');
    return 1;
  });
  fn({ id: 'childnr', retries: 3 }, { event: ns('x/childnr') }, async () => {
    throw new sdk.NonRetriableError('nr child', { cause: { code: 42 } });
  });
  fn({ id: 'childstep', retries: 1 }, { event: ns('x/childstep') }, async ({ step }) => {
    await step.run('cb', () => {
      throw Object.assign(new Error('child step'), { name: 'MyErr', code: 'E1' });
    });
  });
}

function defineParents({ fn, ns, sdk }: Kit): void {
  const ref = (functionId: string) => sdk.referenceFunction({ functionId });
  fn({ id: 'invnull', retries: 0 }, { event: ns('x/invnull') }, async ({ step }) => {
    const o: Record<string, unknown> = {};
    for (const k of ['retnull', 'retstr', 'retzero', 'retfalse', 'reterrkey']) {
      try {
        o[k] = await step.invoke(`i-${k}`, { function: ref(k), data: {} });
      } catch (e) {
        o[k] = `THROW ${(e as Error).message}`;
      }
    }
    return o;
  });
  fn({ id: 'invcancel', retries: 0 }, { event: ns('x/invcancel') }, async ({ step }) => {
    try {
      return { ok: await step.invoke('ic', { function: ref('tocancel'), data: {} }) };
    } catch (e) {
      return { threw: (e as Error).message, name: (e as Error).name, keys: Object.keys(e as Error) };
    }
  });
  fn({ id: 'inverrs', retries: 0 }, { event: ns('x/inverrs') }, async ({ step }) => {
    const o: Record<string, unknown> = {};
    for (const k of ['childnr', 'childstep']) {
      try {
        o[k] = await step.invoke(`i-${k}`, { function: ref(k), data: {} });
      } catch (caught) {
        const e = caught as Error & { code?: string };
        o[k] = { m: e.message, n: e.name, c: e.cause, code: e.code };
      }
    }
    return o;
  });
  fn({ id: 'invthrow', retries: 2 }, { event: ns('x/invthrow') }, async ({ step }) =>
    step.invoke('i', { function: ref('childnr'), data: {} }),
  );
  fn({ id: 'invpar', retries: 0 }, { event: ns('x/invpar') }, async ({ step }) =>
    Promise.all([1, 2, 3].map(n => step.invoke(`i${n}`, { function: ref('retstr'), data: { n } }))),
  );
}

function defineParallel({ fn, ns, sdk, count }: Kit): void {
  fn({ id: 'parslow', retries: 0 }, { event: ns('x/parslow') }, async ({ step }) => {
    const fails = () => {
      throw new Error('ff');
    };
    await Promise.all([step.run('fast-fail', fails), step.run('slow', async () => (await after(1500), 1))]);
  });
  fn({ id: 'parretry', retries: 2 }, { event: ns('x/parretry') }, async ({ step }) => {
    const flaky = () => {
      if (count('flaky') < 2) throw new Error('flaky');
      return 'ok';
    };
    return Promise.all([step.run('flaky', flaky), step.run('fine', () => 'fine')]);
  });
  fn({ id: 'seqpar', retries: 0 }, { event: ns('x/seqpar') }, async ({ step }) => {
    await step.run('pre', () => 1);
    const branches = ['a', 'b', 'c'].map(async k => {
      const x = await step.run(`${k}1`, () => `${k}1`);
      return step.run(`${k}2`, () => `${x}${k}2`);
    });
    const r = await Promise.all(branches);
    return step.run('post', () => r.join());
  });
  fn({ id: 'manysteps', retries: 0 }, { event: ns('x/many') }, async ({ step, event }) => {
    const length = Number(event.data['n']);
    await Promise.all(Array.from({ length }, (_, i) => step.run(`m${i}`, () => i)));
    return 1;
  });
  if (sdk.major === 3) return;
  fn({ id: 'grace', retries: 0 }, { event: ns('x/grace') }, async ({ step, group }) => {
    const slow = async () => (await after(1200), 'r2');
    const race = () => Promise.race([step.run('r1', () => 'r1'), step.run('r2', slow)]);
    return group?.parallel({ mode: 'race' }, race);
  });
}
