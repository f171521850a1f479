/** A rolling deploy: instances of the npm package 1.9.0 and of this release drive runs of one app, and Inngest calls either. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Instance, type Swap, startSwap } from './processes';

const OK = { resumeData: { ok: true }, step: 'approve' };
const input = (key: string) => ({ inputData: { key, path: [] } });
const PATH = ['before', 'approve', 'after'];
let swap: Swap;
let earlier: Instance;
let here: Instance;
beforeAll(async () => {
  swap = await startSwap();
  [earlier, here] = [await swap.start('earlier'), await swap.start('this')];
});
afterAll(() => swap?.stop());

async function suspendedBy(instance: Instance): Promise<string> {
  const runId = randomUUID();
  await instance.drive('gate', runId, 'startAsync', input(runId));
  await swap.reaches('gate', runId, 'suspended');
  return runId;
}

describe('Inngest calls this release', () => {
  test('what an earlier instance resumes goes on here, whichever release suspended it, and its caller hears', async () => {
    await earlier.register();
    const old = await suspendedBy(earlier);
    await here.register();
    for (const runId of [old, await suspendedBy(here)]) {
      const { value } = await earlier.drive('gate', runId, 'resume', OK);
      expect(value).toMatchObject({ status: 'success', result: { path: PATH } });
      expect(await swap.stored('gate', runId)).toMatchObject({ status: 'success' });
      expect(swap.steps(runId).slice(2)).toEqual(['this/approve resumed', 'this/after']);
    }
  });

  test('what an earlier instance starts is executed here, and its caller hears', async () => {
    const runId = randomUUID();
    const { value } = await earlier.drive('chain', runId, 'start', input(runId));
    expect(value).toMatchObject({ status: 'success', result: { path: ['one', 'two'] } });
    expect(swap.steps(runId)).toEqual(['this/one', 'this/two']);
  });

  test('what an earlier instance sends back in time goes on here', async () => {
    const runId = randomUUID();
    await here.drive('chain', runId, 'start', input(runId));
    const { value } = await earlier.drive('chain', runId, 'timeTravel', { step: 'two' });
    expect(value).toMatchObject({ status: 'success', result: { path: ['one', 'two'] } });
    expect(swap.steps(runId)).toEqual(['this/one', 'this/two', 'this/two']);
  });
});

describe('Inngest calls the earlier release', () => {
  test('what this release starts is executed there, and its caller hears', async () => {
    await earlier.register();
    const runId = randomUUID();
    const { value } = await here.drive('chain', runId, 'start', input(runId));
    expect(value).toMatchObject({ status: 'success', result: { path: ['one', 'two'] } });
    expect(swap.steps(runId)).toEqual(['earlier/one', 'earlier/two']);
  });

  test('what this release resumes is refused, stays suspended, and goes on once this release is called', async () => {
    await here.register();
    const runId = await suspendedBy(here);
    await earlier.register();
    const { error } = await here.drive('gate', runId, 'resume', OK);
    expect(error).toMatchObject({ code: 'START_DROPPED' });
    expect(await swap.stored('gate', runId)).toMatchObject({ status: 'suspended' });
    await here.register();
    const { value } = await here.drive('gate', runId, 'resume', OK);
    expect(value).toMatchObject({ status: 'success', result: { path: PATH } });
    expect(swap.steps(runId)).toEqual(
      ['before', 'approve', 'approve resumed', 'after'].map(step => `this/${step}`),
    );
  });
});
