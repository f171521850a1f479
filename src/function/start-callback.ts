/** The user's `onStart`, called as core does. */
import type { Context } from '../core-types';
import { type ContextChange, OpContext, applyContext } from '../engine/context-change';
import type { InngestExecutionEngine } from '../engine/engine';
import { seal, unseal } from '../engine/outcome';
import type { Prepared } from './prepare';

/** `onStart` may refuse the run, so it comes before any step, once: in an op of its own. */
export async function callOnStart(
  engine: InngestExecutionEngine,
  requestContext: Context,
  prepared: Prepared | undefined,
): Promise<void> {
  const { scope, operations, ids } = engine.parts;
  const { workflowId, shownRunId: runId, resourceId } = scope;
  if (!scope.options.onStart) return;
  const memo = await operations.runCallback(ids.start, async () => {
    const own = new OpContext(scope, requestContext);
    await engine.invokeStartCallback({
      runId,
      workflowId,
      resourceId,
      getInitData: (() => prepared?.inputData) as never,
      requestContext: own.own,
      state: (prepared?.initialState ?? {}) as never,
    });
    return seal({ context: own.checkedChange('onStart', undefined) });
  });
  applyContext(requestContext, unseal<{ context?: ContextChange }>(memo)?.context);
}
