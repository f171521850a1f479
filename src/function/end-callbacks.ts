/** The user's `onFinish` and `onError`, called as core does, wherever the end of a run is found. */
import { DefaultExecutionEngine } from '@mastra/core/workflows';
import { RequestContext } from '@mastra/core/request-context';
import type { AnyMastra, Context, EngineOptions, LifecycleResult } from '../core-types';
import { asCoreError } from '../wire/outcome';
import type { RunIdentity, Snapshot } from '../snapshot/snapshot';
import { lastState } from './leg-memo';
import { shapedResult } from './stored-result';

class CallbackEngine extends DefaultExecutionEngine {
  constructor(mastra: AnyMastra, options: EngineOptions) {
    super({ mastra, options });
    this.__registerMastra(mastra);
  }
}

/** True for a workflow whose author wants to hear of ends. */
export function wantsEnd({ onFinish, onError }: EngineOptions): boolean {
  return Boolean(onFinish ?? onError);
}

/** What they throw is logged, as in core. */
export async function tellEnd(
  mastra: AnyMastra,
  options: EngineOptions,
  end: LifecycleResult,
): Promise<void> {
  await new CallbackEngine(mastra, options).invokeLifecycleCallbacks(end);
}

/** The end of a run that its own execution never saw. `snapshot`: as it ends. */
export async function storedEnd(
  mastra: AnyMastra,
  { workflowId, runId, resourceId }: RunIdentity,
  snapshot: Snapshot,
  requestContext: Record<string, unknown>,
): Promise<LifecycleResult> {
  const { shaped } = await shapedResult(mastra, snapshot);
  const context: Context = new RequestContext(Object.entries(snapshot.requestContext ?? requestContext));
  const { input, steps } = shaped;
  return {
    status: snapshot.status,
    result: undefined,
    error: snapshot.error === undefined ? undefined : asCoreError(snapshot.error),
    steps,
    tripwire: undefined,
    runId,
    workflowId,
    resourceId: snapshot.inngest?.resourceId ?? resourceId,
    input,
    requestContext: context,
    state: lastState(snapshot),
    stepExecutionPath: snapshot.stepExecutionPath,
  } as LifecycleResult;
}
