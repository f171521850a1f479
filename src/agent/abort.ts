/** Aborts a run whose process does not hear that it should stop: it waits between two ops, or the process or the channel is gone. */
import type { AnyMastra } from '../core-types';
import { warningLog } from '../realtime/wire';
import { reasonOf } from '../errors';
import { isAtRest } from '../snapshot/snapshot';
import { unref } from '../unref';
import type { InngestWorkflow } from '../workflow/workflow';

/** How long, in milliseconds, a run that was asked to stop may take: what it does then is what core does, its memory included. */
const GRACE = 5_000;

/** Cancels the run where it goes on after it was asked to stop. Whoever listens gets the last event of an aborted run. */
export function cancelLater(workflow: InngestWorkflow, runId: string, grace = GRACE): void {
  const timer = setTimeout(() => {
    cancel(workflow, runId).catch((error: unknown) => {
      const mastra: AnyMastra | undefined = workflow.mastra;
      warningLog(mastra).warn('A run of an agent that was to be aborted could not be cancelled.', {
        runId,
        reason: reasonOf(error),
      });
    });
  }, grace);
  unref(timer);
}

async function cancel(workflow: InngestWorkflow, runId: string): Promise<void> {
  const stored = await workflow.getWorkflowRunById(runId);
  if (stored && !isAtRest(stored.status)) await workflow.watchedRun(runId).cancel();
}
