/** What `src/snapshot` relies on in a store, asked of each store that the package is tested on. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptySnapshot, nextLeg, type Snapshot } from '../../src/snapshot/snapshot';
import { LegClaims } from '../../src/snapshot/leg-claim';
import { RunRecord } from '../../src/snapshot/run-record';
import type { WorkflowsStore } from '../../src/snapshot/store';
import { type OpenStore, STORES } from './support/stores';

// A Postgres takes its time to start.
const workflowName = 'conformance';
const CALLERS = 12;

describe.each(STORES)('$name', ({ open }) => {
  let opened: OpenStore;
  let stores: [WorkflowsStore, WorkflowsStore];
  beforeAll(async () => {
    opened = await open();
    const found = [await opened.storage.getStore('workflows'), await opened.second.getStore('workflows')];
    stores = found as unknown as [WorkflowsStore, WorkflowsStore];
  });
  afterAll(() => opened.close());

  /** A new row, and its key. */
  async function row(fields: Partial<Snapshot> = {}, resourceId?: string) {
    const runId = randomUUID();
    const snapshot = emptySnapshot(runId, 'suspended', fields);
    await stores[0].persistWorkflowSnapshot({ workflowName, runId, resourceId, snapshot });
    return { workflowName, runId };
  }
  /** Callers share the two connections between them. */
  const each = <T>(act: (store: WorkflowsStore, caller: number) => Promise<T>) =>
    Promise.all(
      Array.from({ length: CALLERS }, (_, caller) => act(stores[caller % 2 === 0 ? 0 : 1], caller)),
    );
  const recordOf = (store: WorkflowsStore, runId: string) =>
    new RunRecord(async () => store, { workflowId: workflowName, runId });

  test('a row that was never written is null, and updating it does nothing', async () => {
    const key = { workflowName, runId: randomUUID() };
    expect(await stores[0].loadWorkflowSnapshot(key)).toBeNull();
    const opts = { status: 'running' as const, expectedStatus: ['pending' as const] };
    expect(await stores[0].updateWorkflowState({ ...key, opts })).toBeUndefined();
    expect(await stores[0].loadWorkflowSnapshot(key)).toBeNull();
  });

  test('of many updates that expect one status, one is made', async () => {
    const key = await row();
    const taken = await each((store, caller) =>
      store.updateWorkflowState({
        ...key,
        opts: { status: 'running', expectedStatus: ['suspended', 'paused'], inngest: { owner: `${caller}` } },
      }),
    );
    const winners = taken.flatMap((updated, caller) => (updated ? [`${caller}`] : []));
    expect(winners).toHaveLength(1);
    const stored = await stores[1].loadWorkflowSnapshot(key);
    expect(stored?.status).toBe('running');
    expect(stored?.inngest?.owner).toBe(winners[0]);
  });

  test('an update keeps what it does not name, and a field set to undefined is gone', async () => {
    const inngest = { owner: 'a', leg: 2 };
    const key = await row({ result: { old: true }, error: { message: 'old' }, value: { kept: 1 }, inngest });
    const opts = { status: 'running' as const, result: undefined, error: undefined, inngest: { leg: 3 } };
    await stores[0].updateWorkflowState({ ...key, opts });
    const stored = await stores[1].loadWorkflowSnapshot(key);
    expect(stored?.result).toBeUndefined();
    expect(stored?.error).toBeUndefined();
    expect(stored?.value).toEqual({ kept: 1 });
    expect(stored?.inngest).toEqual({ leg: 3 });
    expect(stored).not.toHaveProperty('expectedStatus');
  });

  test('results of steps are merged, whoever writes them, and the status stays', async () => {
    const key = await row({ context: { input: { value: 1 } }, status: 'canceled' });
    await each((store, caller) =>
      store.updateWorkflowResults({
        ...key,
        stepId: `step-${caller}`,
        result: { status: 'success', output: caller, startedAt: 1, endedAt: 2, payload: {} },
        requestContext: { [`key-${caller}`]: caller },
      }),
    );
    const stored = await stores[1].loadWorkflowSnapshot(key);
    expect(stored?.status).toBe('canceled');
    expect(Object.keys(stored?.context ?? {})).toHaveLength(CALLERS + 1);
    expect(stored?.context).toMatchObject({ input: { value: 1 }, 'step-3': { output: 3 } });
    expect(Object.keys(stored?.requestContext ?? {})).toHaveLength(CALLERS);
  });

  test('the resource of a run outlives later writes', async () => {
    const key = await row({}, 'customer-7');
    await stores[0].updateWorkflowState({ ...key, opts: { status: 'running' } });
    await stores[1].persistWorkflowSnapshot({ ...key, snapshot: emptySnapshot(key.runId, 'success') });
    const listed = (await opened.storage.getStore('workflows')) as unknown as {
      getWorkflowRunById(args: object): Promise<{ resourceId?: string } | null>;
    };
    expect((await listed.getWorkflowRunById(key))?.resourceId).toBe('customer-7');
  });

  test('I5: of many callers who take a suspended run, one gets it', async () => {
    const { runId } = await row();
    const taken = await each(async (store, caller) => {
      const claims = new LegClaims(store, { workflowId: workflowName, runId });
      const found = (await recordOf(store, runId).load()) as Snapshot;
      return (
        found.status === 'suspended' && claims.take(found, { number: nextLeg(found), token: `${caller}` })
      );
    });
    expect(taken.filter(Boolean)).toHaveLength(1);
    const stored = await recordOf(stores[0], runId).load();
    expect(taken[Number(stored?.inngest?.claim?.token)]).toBe(true);
  });

  test('I5: a claim that is given back leaves the run as it was', async () => {
    const inngest = { owner: 'first', leg: 1, startEvent: 'e' };
    const { runId } = await row({ inngest, context: { input: 1 }, suspendedPaths: { a: [0] } });
    const record = recordOf(stores[0], runId);
    const before = (await record.load()) as Snapshot;
    const claims = new LegClaims(stores[0], { workflowId: workflowName, runId });
    expect(await claims.take(before, { number: 2, token: 't' })).toBe(true);
    expect(await record.load()).toMatchObject({ status: 'running', inngest: { leg: 2, previous: 'first' } });
    await claims.release(before);
    expect(await record.load()).toEqual(before);
  });

  test('I6: of cancelling and ending at the same time, the first holds', async () => {
    for (let round = 0; round < 10; round++) {
      const inngest = { owner: 'one' };
      const { runId } = await row({ status: 'running', inngest });
      const [canceled] = await Promise.all([
        recordOf(stores[1], runId).move('canceled'),
        recordOf(stores[0], runId).settle(emptySnapshot(runId, 'success', { result: 1, inngest })),
      ]);
      const stored = await recordOf(stores[0], runId).load();
      expect(stored?.status).toBe(canceled ? 'canceled' : 'success');
      expect(stored?.result).toBe(canceled ? undefined : 1);
    }
  });

  test('I5: of many Inngest runs that claim a pending run, one gets it, and the others are refused', async () => {
    const { runId } = await row({ status: 'pending' });
    const claimed = await Promise.allSettled(
      Array.from({ length: CALLERS }, (_, caller) =>
        recordOf(stores[caller % 2 === 0 ? 0 : 1], runId).claim(
          { owner: `${caller}` },
          emptySnapshot(runId, 'running'),
        ),
      ),
    );
    const winners = claimed.flatMap(({ status }, caller) => (status === 'fulfilled' ? [`${caller}`] : []));
    expect(winners).toHaveLength(1);
    expect((await recordOf(stores[0], runId).load())?.inngest?.owner).toBe(winners[0]);
    const refused = claimed.flatMap(one =>
      one.status === 'rejected' ? [one.reason as { code: string }] : [],
    );
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['RUN_CONFLICT']));
  });
});
