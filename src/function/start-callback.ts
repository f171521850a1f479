/** The user's `onStart`, called as core does. */
import type { Context } from '../core-types';
import { callbackOp } from '../engine/callback-op';
import type { InngestExecutionEngine } from '../engine/engine';
import type { EngineParts } from '../engine/engine-parts';
import type { Prepared } from './prepare';

/** `onStart` may refuse the run, so it comes before any step, once: in an op of its own. */
export async function callOnStart(
  engine: InngestExecutionEngine,
  parts: EngineParts,
  requestContext: Context,
  prepared: Prepared | undefined,
): Promise<void> {
  const { scope, ids } = parts;
  const { workflowId, shownRunId: runId, resourceId } = scope;
  if (!scope.options.onStart) return;
  await callbackOp(parts, ids.start, { requestContext }, async ({ context }) => {
    await engine.invokeStartCallback({
      runId,
      workflowId,
      resourceId,
      getInitData: <T>() => prepared?.inputData as T,
      requestContext: context.own,
      state: (prepared?.initialState ?? {}) as never,
    });
    return { context: context.checkedChange('onStart', undefined) };
  });
}
