import type { AnyMastra, RunResult } from '../core-types';
import { shapedResult, thrownError } from '../function/stored-result';
import type { Rested } from './wait-for-rest';

export interface OutputOptions {
  includeState?: boolean;
  includeResumeLabels?: boolean;
}

/**
 * The result of a run at rest, as core's `start()` gives it.
 * @throws what ended the run from outside its steps, such as an error of a loop's condition
 */
export async function resultOf(
  mastra: AnyMastra,
  { snapshot, finish }: Rested,
  outputOptions: OutputOptions | undefined,
): Promise<RunResult> {
  if (!snapshot) return resultOfEvent(finish);
  if (snapshot.inngest?.thrown) throw thrownError(snapshot);
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

/** All that a last event says of a run that is not stored. */
function resultOfEvent({ workflowStatus: status, ...rest }: Record<string, unknown> = {}): RunResult {
  const result: object = { status, steps: {}, ...rest };
  return result as RunResult;
}
