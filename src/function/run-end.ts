import { DefaultExecutionEngine } from '@mastra/core/workflows';
import type { LifecycleResult, PersistParams, RunStatus, StepResults } from '../core-types';
import type { InngestExecutionEngine } from '../engine/engine';
import type { Operation } from '../engine/operations';
import { asCoreError } from '../engine/outcome';
import type { RunScope } from '../engine/scope';
import { emptySnapshot } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { encodeValue } from '../wire/encode';
import type { RunnableWorkflow } from './definition';
import { announceEnd, parentStepSpan } from './lineage';

/** How a run came to rest: core's result, and what it wanted done. */
export interface Rest {
  status: RunStatus;
  result?: unknown;
  error?: unknown;
  tripwire?: unknown;
  persist?: PersistParams;
  callbacks?: LifecycleResult;
  /** Code outside any step threw (a loop's condition, the input's schema). */
  thrown?: boolean;
  /** Input and results for where core has not come to persist anything. */
  stepResults: StepResults;
}

/**
 * The body of a run's last op: callbacks, the final snapshot, the end of the stream. A crash repeats it, so the callbacks
 * are called at least once.
 */
export async function settleRun(
  operation: Operation,
  engine: InngestExecutionEngine,
  workflow: RunnableWorkflow,
  rest: Rest,
  parentResult: Record<string, unknown> | undefined,
  startedAt: number,
): Promise<void> {
  const { scope, persistence } = engine.parts;
  if (rest.callbacks) await new CallbackEngine(scope).invokeLifecycleCallbacks(rest.callbacks);
  const results = rest.persist?.stepResults ?? rest.stepResults;
  if (persistence.wanted(rest.status, results)) {
    await scope.record.settle(scope.inngestRunId, finalSnapshot(engine, workflow, rest, results));
  }
  if (parentResult) announceEnd(operation, scope, parentResult);
  endSpans(engine, rest, startedAt);
  operation.publish(finishEvent(scope, rest), scope.targets.slice(0, 1));
}

/** The run's span, and the parent's span of this run where it is nested. */
function endSpans(engine: InngestExecutionEngine, rest: Rest, startedAt: number): void {
  const { trace, scope } = engine.parts;
  const { root } = trace;
  if (!root) return;
  const failed = rest.error === undefined ? {} : { error: asCoreError(rest.error) };
  const end = { output: rest.result, attributes: { status: rest.status }, ...failed };
  trace.finish(root, end, startedAt);
  const step = parentStepSpan(scope.ancestors);
  if (step) trace.finish(step, end, startedAt);
}

/** Core's own calling of `onFinish` and `onError`. */
class CallbackEngine extends DefaultExecutionEngine {
  constructor(scope: RunScope) {
    super({ mastra: scope.mastra, options: scope.options });
    this.__registerMastra(scope.mastra);
  }
}

function finalSnapshot(
  engine: InngestExecutionEngine,
  workflow: RunnableWorkflow,
  rest: Rest,
  results: StepResults,
): Snapshot {
  const { scope } = engine.parts;
  const context = rest.persist?.executionContext;
  const fields: Partial<Snapshot> = {
    value: context?.state ?? {},
    context: results,
    activePaths: context?.executionPath ?? [],
    activeStepsPath: context?.activeStepsPath ?? {},
    stepExecutionPath: context?.stepExecutionPath,
    serializedStepGraph: workflow.serializedStepGraph,
    suspendedPaths: context?.suspendedPaths ?? {},
    resumeLabels: context?.resumeLabels ?? {},
    result: rest.result,
    error: rest.error,
    requestContext: rest.persist ? engine.serializeRequestContext(rest.persist.requestContext) : {},
    tracingContext: rest.persist?.tracingContext,
  };
  const snapshot = emptySnapshot(scope.runId, rest.status as Snapshot['status'], fields);
  const pruned = scope.options.pruneSnapshot
    ? (scope.options.pruneSnapshot({
        snapshot: snapshot as never,
        workflowStatus: rest.status,
      }) as unknown as Snapshot)
    : snapshot;
  const { root } = engine.parts.trace;
  return {
    ...pruned,
    inngest: {
      owner: scope.inngestRunId,
      ...(root && { trace: { traceId: root.traceId, spanId: root.id } }),
      ...faithful(pruned),
      ...(rest.thrown && { thrown: true }),
    },
  };
}

/** The results once more with their types, where plain JSON would lose some (I7). */
function faithful({ context, value, result, error }: Snapshot) {
  const encoded = encodeValue({ context, value, result, error });
  return JSON.stringify(encoded).includes('"$mastra"') ? { encoded } : {};
}

function finishEvent(scope: RunScope, rest: Rest) {
  const payload: Record<string, unknown> = { runId: scope.runId, workflowStatus: rest.status };
  if (rest.result !== undefined) payload.result = rest.result;
  if (rest.error !== undefined) payload.error = asCoreError(rest.error);
  if (rest.tripwire !== undefined) payload.tripwire = rest.tripwire;
  return { type: 'workflow-finish', payload };
}
