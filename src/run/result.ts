import { DefaultExecutionEngine, hydrateSerializedStepErrors } from '@mastra/core/workflows';
import type { AnyMastra, StepResults } from '../core-types';
import { RunPubSubSilence } from './silence';
import type { Snapshot } from '../snapshot/store';
import { decodeValue } from '../wire/decode';

export interface OutputOptions {
  includeState?: boolean;
  includeResumeLabels?: boolean;
}

/** Core's own shaping of a result, over a stored run. */
class ResultEngine extends DefaultExecutionEngine {
  shape(results: StepResults, last: Record<string, unknown>, error: unknown, path?: string[]) {
    return this.fmtReturnValue<Record<string, unknown>>(
      RunPubSubSilence,
      results,
      last as never,
      error,
      path,
    );
  }
}

interface Faithful {
  context: StepResults;
  value: Record<string, unknown>;
  result: unknown;
  error: unknown;
}

/** The values of a stored run with their types, where the writer kept them. */
function faithfulValues(snapshot: Snapshot): Faithful {
  const { encoded } = snapshot.inngest ?? {};
  if (encoded !== undefined) return decodeValue(encoded) as Faithful;
  const { context, value, result, error } = snapshot;
  return { context: context as StepResults, value, result, error };
}

/** The result of a run at rest, as core's `start()` gives it. */
export async function resultOf(
  mastra: AnyMastra,
  snapshot: Snapshot,
  outputOptions: OutputOptions | undefined,
): Promise<Record<string, unknown>> {
  const { context, value, result, error } = faithfulValues(snapshot);
  const results = hydrateSerializedStepErrors({ ...context } as never) as StepResults;
  const engine = new ResultEngine({ mastra, options: {} as never });
  const failedStep = Object.values(results).find(step => step?.status === 'failed') as Record<
    string,
    unknown
  >;
  const last = {
    status: snapshot.status === 'tripwire' ? 'failed' : snapshot.status,
    output: result,
    ...(snapshot.status === 'tripwire' ? { tripwire: failedStep?.tripwire } : {}),
  };
  const shaped = await engine.shape(results, last, error, snapshot.stepExecutionPath);
  return {
    ...shaped,
    runId: snapshot.runId,
    ...(outputOptions?.includeState ? { state: value } : {}),
    ...(outputOptions?.includeResumeLabels && snapshot.status === 'suspended'
      ? { resumeLabels: snapshot.resumeLabels }
      : {}),
  };
}
