/** The errors of a run's methods. Where core has an error for the same, its words are part of the message: people match on them. */
import { type ErrorCode, MastraInngestError } from '../errors';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/snapshot';
import type { LegKind } from '../wire/leg';

/** Core's id of the error for the second of two callers who resume. */
const ALREADY_RESUMED = 'WORKFLOW_RESUME_ALREADY_CLAIMED';

/** A run that can't be continued. `why`: in core's words, where core has an error for the same. */
export function cannotContinue({ identity }: RunRecord, code: ErrorCode, why: string): MastraInngestError {
  const { workflowId, runId } = identity;
  const text = `Run ${runId} of workflow ${workflowId} can't be continued: ${why}`;
  return new MastraInngestError(code, text.endsWith('.') ? text : `${text}.`, { workflowId, runId });
}

export function notSuspended(record: RunRecord, { status, inngest }: Snapshot): MastraInngestError {
  const isTaken = status === 'running' && inngest?.claim;
  const why = isTaken ? 'another caller resumed it' : `its status is ${status}`;
  return cannotContinue(
    record,
    isTaken ? 'RUN_CONFLICT' : 'RUN_NOT_SUSPENDED',
    `This workflow run was not suspended (${why})`,
  );
}

/** Another caller has continued the run between our read and our claim. */
export async function alreadyContinued(
  record: RunRecord,
  before: Snapshot,
  kind: LegKind,
): Promise<MastraInngestError> {
  if (kind !== 'resume') return runConflict(record, 'was continued by another caller');
  const { workflowId, runId } = record.identity;
  const status = (await record.load())?.status ?? 'unknown';
  const text =
    `This suspended workflow run was already resumed by another caller. Workflow "${workflowId}" run "${runId}" moved ` +
    `from "${before.status}" to "${status}" before this resume could claim it. Only one resume() call may continue a ` +
    'given suspension; re-read the run state before resuming again.';
  return new MastraInngestError('RUN_CONFLICT', text, { workflowId, runId }, { id: ALREADY_RESUMED });
}

/** Another caller has the run. */
export function runConflict({ identity }: RunRecord, what: string): MastraInngestError {
  const { workflowId, runId } = identity;
  return new MastraInngestError(
    'RUN_CONFLICT',
    `Run ${runId} of workflow ${workflowId} ${what}. Nothing was executed for this call; read the run's state first.`,
    { workflowId, runId },
  );
}

/** A start that comes after a cancel. */
export function canceledBeforeStart({ identity }: RunRecord): MastraInngestError {
  const { workflowId, runId } = identity;
  const text = `Run ${runId} of workflow ${workflowId} was cancelled before it started. Create a new run.`;
  return new MastraInngestError('RUN_CANCELED', text, { workflowId, runId });
}
