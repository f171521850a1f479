/**
 * Where core restarts runs whose process is gone, Inngest goes on with them by itself: to restart one would make a model call that is being
 * made a second time.
 */
import type { DurableAgent } from '@mastra/core/agent/durable';

type Options = NonNullable<Parameters<DurableAgent['recoverActiveRuns']>[0]>;
type Result = Awaited<ReturnType<DurableAgent['recoverActiveRuns']>>;

/** Core's answer for runs that go on. `requireRun` throws where there is no such run. */
export async function recoveredByInngest(
  { runId, ...filter }: Options,
  listActive: (filter: Options) => Promise<{ runs: { runId: string }[] }>,
  requireRun: (runId: string) => Promise<void>,
): Promise<Result> {
  if (runId === undefined) {
    const { runs } = await listActive(filter);
    const recovered = runs.map(run => ({ runId: run.runId, status: 'success' as const }));
    return { recovered, succeeded: runs.length, failed: 0 };
  }
  try {
    await requireRun(runId);
    return { recovered: [{ runId, status: 'success' }], succeeded: 1, failed: 0 };
  } catch (error) {
    return { recovered: [{ runId, status: 'failed', error: error as Error }], succeeded: 0, failed: 1 };
  }
}
