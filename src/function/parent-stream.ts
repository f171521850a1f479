/** What a nested run tells the streams of the runs above, of which it is a step. */
import { continued } from '../engine/nested-leg';
import type { Operation } from '../engine/operations';
import type { RunScope } from '../engine/scope';
import type { StreamTarget } from '../realtime/channel';
import { stepEnded, stepStarted } from '../realtime/events';
import { endOfItem } from '../realtime/progress';
import type { Ancestor } from '../wire/start-event';
import { type RunName, streamTargets } from './lineage';

/** A run that begins, and what it is nested in. */
export interface BeginningRun extends RunName {
  legName: string;
  ancestors: readonly Ancestor[];
}

/** The runs that begin with this run's first op, outermost first: those whose first op is the invoke of the next, and it. */
export function beginningRuns({ workflowId, runId, legName, ancestors }: RunScope): BeginningRun[] {
  const delegated = ancestors
    .map((ancestor, index) => ({
      ...ancestor,
      legName: ancestor.runId,
      ancestors: ancestors.slice(0, index),
    }))
    .filter(({ first }) => first);
  return [...delegated, { workflowId, runId, legName, ancestors }];
}

/** Publishes what the runs above had no op for. */
export function publishHandedOver(operation: Operation, ancestors: readonly Ancestor[]): void {
  ancestors.forEach((ancestor, index) => {
    const targets = streamTargets(ancestor, ancestors.slice(0, index));
    for (const { mastraEventId, ...event } of ancestor.events ?? []) {
      operation.publish(event, targets, mastraEventId);
    }
  });
}

/** Tells the parent's stream that its step began. */
export function announceStart(
  operation: Operation,
  { ancestors, legName }: BeginningRun,
  payload: unknown,
  startedAt: number,
): void {
  const parent = ancestors.at(-1);
  // However often the parent tries, its step begins once.
  if (!parent?.emits || parent.retry > 0) return;
  const { stepId: id, stepCallId, iteration, stepInfo } = parent;
  const metadata = iteration ? { metadata: { iterationCount: iteration } } : {};
  const info = stepInfo ? continued(stepInfo, startedAt) : { payload, startedAt, status: 'running' };
  operation.publish(
    stepStarted({ id, stepCallId }, { ...info, ...metadata }),
    parentTargets(ancestors),
    // Several first ops may run at once, and each says so.
    `${legName}/start`,
  );
}

/** The parent tries once more, so this is not yet what became of its step. */
export function isTriedAgain(parent: Ancestor, result: Record<string, unknown>): boolean {
  return parent.retriesLeft > 0 && result.status === 'failed' && !result.nonRetryable;
}

/** Tells the parent's stream what became of its step. */
export function announceEnd(operation: Operation, scope: RunScope, result: Record<string, unknown>): void {
  const parent = scope.ancestors.at(-1);
  if (!parent || isTriedAgain(parent, result)) return;
  if (parent.item) {
    const targets = streamTargets(parent, scope.ancestors.slice(0, -1));
    operation.publish(endOfItem(parent.item, result as { status: string }), targets);
  }
  if (!parent.emits) return;
  const { stepId: id, stepCallId, iteration } = parent;
  const metadata = iteration ? { metadata: { iterationCount: iteration } } : {};
  const targets = parentTargets(scope.ancestors);
  for (const event of stepEnded({ id, stepCallId }, { ...result, ...metadata }))
    operation.publish(event, targets);
}

/** The targets on which the parent's own events of this nested run are published. */
function parentTargets(ancestors: readonly Ancestor[]): StreamTarget[] {
  const parent = ancestors.at(-1);
  return parent?.emits ? streamTargets(parent, ancestors.slice(0, -1)) : [];
}
