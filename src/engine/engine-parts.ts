import type { StepFlowEntry } from '@mastra/core/workflows';
import type { Persistence } from '../snapshot/persistence';
import { ContainerTimes } from './container-times';
import { OperationIds } from './operation-ids';
import type { Operations } from './operations';
import { ExecutionPersistence } from './persistence';
import { RunPubSub } from './run-pubsub';
import type { RunTrace } from './run-trace';
import type { RunScope } from './scope';

/** What one execution request works with, and what the parts of its engine share. */
export interface EngineParts {
  readonly scope: RunScope;
  readonly ids: OperationIds;
  /** Index of the graph's last entry. */
  readonly lastEntry: number;
  readonly operations: Operations;
  readonly pubsub: RunPubSub;
  readonly persistence: Persistence;
  readonly times: ContainerTimes;
  readonly trace: RunTrace;
}

/** Brings them together, around what the caller has made. */
export function engineParts(
  scope: RunScope,
  graph: readonly StepFlowEntry[],
  operations: Operations,
  trace: RunTrace,
): EngineParts {
  return {
    scope,
    operations,
    trace,
    ids: new OperationIds(graph),
    lastEntry: graph.length - 1,
    pubsub: new RunPubSub(scope.shownRunId, operations, scope.chunkTargets),
    persistence: new ExecutionPersistence(scope),
    times: new ContainerTimes(scope.startedAt),
  };
}
