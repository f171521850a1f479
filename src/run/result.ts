import type { AnyMastra, RunResult } from '../core-types';
import { shapedResult } from '../function/stored-result';
import type { Snapshot } from '../snapshot/snapshot';
import { decodeValue } from '../wire/decode';

export interface OutputOptions {
  includeState?: boolean;
  includeResumeLabels?: boolean;
}

/** The run that a last event carries, where the store has less than all of it. */
export function runOfEvent(finish: Record<string, unknown> | undefined): Snapshot | undefined {
  return finish?.run === undefined ? undefined : (decodeValue(finish.run) as Snapshot);
}

/** All that a last event says of a run that is not stored. */
export function resultOfEvent({ workflowStatus: status, ...rest }: Record<string, unknown> = {}): RunResult {
  const result: object = { status, steps: {}, ...rest };
  return result as RunResult;
}

/** The result of a run at rest, as core's `start()` gives it. */
export async function resultOf(
  mastra: AnyMastra,
  snapshot: Snapshot,
  outputOptions: OutputOptions | undefined,
): Promise<RunResult> {
  const { shaped, state } = await shapedResult(mastra, snapshot);
  const result: object = {
    ...shaped,
    runId: snapshot.runId,
    traceId: snapshot.inngest?.trace?.traceId,
    spanId: snapshot.inngest?.trace?.spanId,
    ...(outputOptions?.includeState ? { state } : {}),
    ...(outputOptions?.includeResumeLabels && snapshot.status === 'suspended'
      ? { resumeLabels: snapshot.resumeLabels }
      : {}),
  };
  return result as RunResult;
}
