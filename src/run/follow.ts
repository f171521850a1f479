import { MastraInngestError } from '../errors';
import { type Snapshot, isTerminal } from '../snapshot/snapshot';
import type { RunParts } from './run-parts';
import { RestWaiter, type Rested } from './wait-for-rest';

/** A run that is waited for by somebody who did not begin it. */
export interface Followed extends RunParts {
  /** Ends a start that Inngest has dropped. */
  settle: (this: void, snapshot: Snapshot) => Promise<void>;
}

/**
 * Waits until the run comes to rest, or the time is over. A store that does not answer does not end the wait.
 * @throws MastraInngestError `INVALID_ARGUMENTS`, `RUN_ACTIVE` where the time is over
 */
export async function followed(run: Followed, maxWaitMs: number): Promise<Rested> {
  const { record } = run;
  const { workflowId, runId } = record.identity;
  if (typeof maxWaitMs !== 'number' || !(maxWaitMs > 0)) {
    const text = `getRunOutput(): how long to wait for run ${runId} is a number of milliseconds above 0.`;
    throw new MastraInngestError('INVALID_ARGUMENTS', text, { workflowId, runId });
  }
  const deadline = performance.now() + maxWaitMs;
  const leg = (await record.load())?.inngest?.leg ?? 0;
  const waiter = new RestWaiter(run, leg);
  await waiter.subscribe();
  try {
    return await waiter.wait(async snapshot => {
      if (performance.now() < deadline) return undefined;
      if (snapshot) await run.settle(snapshot);
      const last = await record.load();
      if (last && isTerminal(last.status)) return { snapshot: last };
      const status = last ? `its status is ${last.status}` : 'nothing of it is stored';
      throw new MastraInngestError(
        'RUN_ACTIVE',
        `Run ${runId} of workflow ${workflowId} has not come to rest in ${maxWaitMs} ms (${status}). It goes on: wait longer, or cancel it.`,
        { workflowId, runId },
      );
    });
  } finally {
    await waiter.close();
  }
}
