import type { SerializedStepFlowEntry, StepFlowEntry } from '@mastra/core/workflows';
import type { StepParams } from '../core-types';
import { ExecutionPersistence, type Persistence } from '../snapshot/persistence';
import { ContainerTimes } from './container-times';
import { OperationIds } from './operation-ids';
import type { Operations } from './operations';
import { Marks } from './known-values';
import type { Json } from '../wire/json';
import { type Plan, planOf } from './plan';
import { RunPubSub } from './run-pubsub';
import type { RunTrace } from './run-trace';
import type { RunScope } from './scope';

/** Where an inlined workflow stands. */
export interface Host {
  readonly parts: EngineParts;
  readonly params: StepParams;
}

/**
 * The step that a run's row has: an inlined workflow's own steps are not in it until the run comes to rest, so what they tell stands
 * under the step that the workflow is.
 */
export function shownStep({ host }: EngineParts, params: StepParams): string {
  return (host?.params ?? params).step.id;
}

/** What one execution request works with, and what the parts of its engine share. */
export interface EngineParts {
  readonly scope: RunScope;
  readonly ids: OperationIds;
  readonly graph: readonly StepFlowEntry[];
  /** The same as core serializes it. */
  readonly serializedGraph: readonly SerializedStepFlowEntry[];
  /** Index of the graph's last entry. */
  readonly lastEntry: number;
  readonly plan?: Plan | undefined;
  /** The step of another graph that this one is, where it is inlined. */
  readonly host?: Host;
  /** What is remembered of steps that were executed in the op of a step before them, by their index in the graph. */
  readonly ahead: Map<number, Json>;
  readonly marks: Marks;
  /** How far inlined workflows are which are suspended, by the steps that they are; stored with the run. */
  readonly inlined: Map<string, Json>;
  readonly operations: Operations;
  readonly pubsub: RunPubSub;
  readonly persistence: Persistence;
  readonly times: ContainerTimes;
  readonly trace: RunTrace;
}

/** Brings them together, around what the caller has made. */
export function engineParts(
  scope: RunScope,
  workflow: {
    stepGraph: readonly StepFlowEntry[];
    serializedStepGraph: readonly SerializedStepFlowEntry[];
  },
  operations: Operations,
  trace: RunTrace,
): EngineParts {
  const { stepGraph: graph } = workflow;
  const plan = planOf(workflow);
  return {
    scope,
    operations,
    trace,
    graph,
    serializedGraph: workflow.serializedStepGraph,
    plan,
    ahead: new Map(),
    inlined: new Map(),
    marks: new Marks(),
    ids: new OperationIds(graph, plan?.names),
    lastEntry: graph.length - 1,
    pubsub: new RunPubSub(scope.shownRunId, operations, scope.chunkTargets),
    persistence: new ExecutionPersistence(scope),
    times: new ContainerTimes(scope.startedAt),
  };
}
