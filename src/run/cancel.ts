/** Cancels a run: first in the store, so that the cancel holds whatever Inngest is doing, then in Inngest. */
import type { ExecutionGraph } from '@mastra/core/workflows';
import type { StepResults } from '../core-types';
import { MastraInngestError, reasonOf } from '../errors';
import { executionPath } from '../function/execution-path';
import { nestedRunIds } from '../snapshot/nested-meta';
import type { Snapshot } from '../snapshot/snapshot';
import { isNestable } from '../brand';
import { cancelEventName } from '../wire/start-event';
import type { RunParts } from './run-parts';

/**
 * Returns whether the run is canceled now; one that has ended stays as it is.
 * @throws MastraInngestError `SEND_FAILED`
 */
export async function cancelStored(
  { port, record }: Pick<RunParts, 'port' | 'record'>,
  steps: Record<string, unknown>,
  graph: ExecutionGraph,
): Promise<boolean> {
  const { workflowId, runId } = record.identity;
  const before = await record.load();
  const path = before && { stepExecutionPath: executionPath(graph.steps, before) };
  const moved = await record.move('canceled', path);
  // An earlier cancel may have failed after the row was written, so all that follows is done again.
  const again = before?.status === 'canceled';
  if (before && !moved && !again) return false;
  if (before?.status === 'suspended' || again) await cancelNested(record, before, steps);
  const sent = await port
    .send({
      id: `${workflowId}:${runId}:cancel-${before?.inngest?.leg ?? 0}`,
      name: cancelEventName(workflowId),
      data: { runId },
    })
    .then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  // Inngest loses a cancel event that comes right after the start; a run that is known by its id is cancelled all the same.
  const owner = (await record.load())?.inngest?.owner;
  const known = owner !== undefined && before?.status !== 'suspended' && (await port.cancelRun(owner));
  if (sent && !known && before?.status !== 'suspended') throw notSent(record, sent.error);
  return true;
}

function notSent({ identity }: RunParts['record'], cause: unknown): MastraInngestError {
  const { workflowId, runId } = identity;
  return new MastraInngestError(
    'SEND_FAILED',
    `Run ${runId} of workflow ${workflowId} is marked as canceled, but Inngest did not take the event that ends it ` +
      `(${reasonOf(cause)}). Cancel it again.`,
    { workflowId, runId },
    { cause },
  );
}

/** The nested runs of a suspended run have no Inngest run any more, so only their rows are cancelled. */
async function cancelNested(
  record: RunParts['record'],
  { context }: Snapshot,
  steps: Record<string, unknown>,
): Promise<void> {
  for (const [stepId, result] of Object.entries(context as StepResults)) {
    const step = steps[stepId];
    if (!isNestable(step) || result?.status !== 'suspended') continue;
    for (const runId of nestedRunIds(result)) {
      const nested = record.sibling({ workflowId: step.id, runId });
      const before = await nested.load();
      await nested.move('canceled');
      if (before) await cancelNested(nested, before, step.steps);
    }
  }
}
