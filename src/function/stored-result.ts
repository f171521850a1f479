/** What core's own engine says of a run, over what is stored of it. */
import { PubSub } from '@mastra/core/events';
import { DefaultExecutionEngine, hydrateSerializedStepErrors } from '@mastra/core/workflows';
import type { AnyMastra, AnyStepResult, StepResults } from '../core-types';
import { asCoreError } from '../wire/outcome';
import { visibleResults } from '../realtime/stored-events';
import { type TypedValues, typedValues } from '../snapshot/typed-values';
import type { Snapshot } from '../snapshot/snapshot';
import { sameValue, withoutUndefined } from '../wire/encode';

type CoreResults = Parameters<typeof hydrateSerializedStepErrors>[0];

/** Core's shaping of a result takes a pubsub, and publishes nothing of interest. */
class SilentPubSub extends PubSub {
  override async publish(): Promise<void> {}
  override async subscribe(): Promise<void> {}
  override async unsubscribe(): Promise<void> {}
  override async flush(): Promise<void> {}
}

/** Core's own shaping of a result, over a stored run. */
class ResultEngine extends DefaultExecutionEngine {
  shape(results: StepResults, last: object, error: unknown, path?: string[]) {
    return this.fmtReturnValue<Record<string, unknown>>(
      new SilentPubSub(),
      results,
      last as AnyStepResult,
      error,
      path,
    );
  }
}

/** The values of a stored run with their types, equal payloads being the same object. */
function shownValues(snapshot: Snapshot): TypedValues & { context: StepResults } {
  const values = typedValues(snapshot);
  // What a cancelled run was executing when its end was told has no other.
  const context = visibleResults(values.context, snapshot.status === 'canceled') as StepResults;
  const isDecoded = snapshot.inngest?.encoded !== undefined;
  return {
    ...values,
    context: isDecoded ? shareEqualPayloads(context, snapshot.stepExecutionPath ?? []) : context,
  };
}

/**
 * Core leaves a step's payload out where it is the previous step's output, and finds that by identity or by a comparison
 * that takes two decoded Maps for different. So equal ones are made the same object.
 */
function shareEqualPayloads(context: StepResults, path: readonly string[]): StepResults {
  const shared: StepResults = { ...context };
  let previous = (context as Record<string, unknown>).input;
  for (const stepId of path) {
    const step = shared[stepId];
    if (!step) continue;
    if ('payload' in step && sameValue(step.payload, previous)) {
      shared[stepId] = { ...step, payload: previous };
    }
    if (step.status === 'success') previous = step.output;
  }
  return shared;
}

/** What ended a run from outside its steps, with its stack. */
export function thrownError(snapshot: Snapshot): Error {
  return asCoreError(shownValues(snapshot).error);
}

/** A run's result without what says which run it is, and its state. */
export async function shapedResult(
  mastra: AnyMastra,
  snapshot: Snapshot,
): Promise<{ shaped: Record<string, unknown>; state: Record<string, unknown> }> {
  const { context, value: state, result, error, tripwire } = shownValues(snapshot);
  // A run without input has none in its context, in whichever form it was stored.
  const { input, ...steps } = withoutUndefined<Record<string, unknown>>(context);
  // The input is no step, and may be null.
  const hydrated = hydrateSerializedStepErrors(steps as CoreResults) as StepResults;
  const results = { ...(input === undefined ? {} : { input }), ...hydrated } as StepResults;
  const engine = new ResultEngine({
    mastra,
    options: { validateInputs: false, shouldPersistSnapshot: () => false },
  });
  // A row of an earlier version says of its steps only which of them tripped.
  const failedStep = Object.values(results).find(
    step => step?.status === 'failed' && (step as { tripwire?: unknown }).tripwire,
  ) as Record<string, unknown>;
  const last = {
    status: snapshot.status === 'tripwire' ? 'failed' : snapshot.status,
    output: result,
    ...(snapshot.status === 'tripwire' ? { tripwire: tripwire ?? failedStep?.tripwire } : {}),
  };
  const shaped = await engine.shape(results, last, error, snapshot.stepExecutionPath);
  // Stored as core made it; shaping it once more would add a name to errors whose class leaves it out.
  if (shaped.error !== undefined && error !== undefined) shaped.error = error;
  return { shaped, state };
}
