/** Why a run is not continued. Core's own words are part of each message, where core refuses the same: people match on them. */
import { type ErrorCode, MastraInngestError } from '../errors';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import type { LegKind } from '../wire/leg';
import { conflict } from './departure';

/** Core's id of the error of whoever resumes second. */
const ALREADY_RESUMED = 'WORKFLOW_RESUME_ALREADY_CLAIMED';

/** `why`: in core's words, where core refuses the same. */
export function refusal({ identity }: RunRecord, code: ErrorCode, why: string): MastraInngestError {
  const { workflowId, runId } = identity;
  const text = `Run ${runId} of workflow ${workflowId} can't be continued: ${why}`;
  return new MastraInngestError(code, text.endsWith('.') ? text : `${text}.`, { workflowId, runId });
}

export function notSuspended(record: RunRecord, { status, inngest }: Snapshot): MastraInngestError {
  const isTaken = status === 'running' && inngest?.claim;
  const why = isTaken ? 'another caller resumed it' : `its status is ${status}`;
  return refusal(
    record,
    isTaken ? 'RUN_CONFLICT' : 'RUN_NOT_SUSPENDED',
    `This workflow run was not suspended (${why})`,
  );
}

/** Somebody else was faster. */
export async function overtaken(
  record: RunRecord,
  before: Snapshot,
  kind: LegKind,
): Promise<MastraInngestError> {
  if (kind !== 'resume') return conflict(record, 'was continued by another caller');
  const { workflowId, runId } = record.identity;
  const status = (await record.load())?.status ?? 'unknown';
  const text =
    `This suspended workflow run was already resumed by another caller. Workflow "${workflowId}" run "${runId}" moved ` +
    `from "${before.status}" to "${status}" before this resume could claim it. Only one resume() call may continue a ` +
    'given suspension; re-read the run state before resuming again.';
  return new MastraInngestError('RUN_CONFLICT', text, { workflowId, runId }, { id: ALREADY_RESUMED });
}
