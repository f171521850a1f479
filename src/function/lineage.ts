import type { AnyMastra } from '../core-types';
import { FinalError } from '../errors';
import { continued } from '../engine/nested-leg';
import type { RunScope } from '../engine/scope';
import type { Operation } from '../engine/operations';
import { type StreamTarget, runChannel } from '../realtime/channel';
import { stepEnded, stepStarted } from '../realtime/events';
import { endOfItem } from '../realtime/progress';
import { emptySnapshot } from '../snapshot/identity';
import { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import type { Ancestor } from '../wire/start-event';
import { nestedWorkflows } from './nested-workflows';
import type { RunnableWorkflow } from './definition';
import { storeOf } from './stores';

interface RunName {
  workflowId: string;
  runId: string;
}

/**
 * The channels that a run's events go to: its own, then those of the runs it is nested in, where its step ids get the
 * path from there: `<child>.<step>`. A run inside a foreach is not shown in its parent's stream, as in core.
 */
export function streamTargets(run: RunName, ancestors: readonly Ancestor[]): StreamTarget[] {
  const own = { channel: runChannel(run.workflowId, run.runId), prefix: '' };
  const targets: StreamTarget[] = [ancestors.at(-1)?.emits ? { ...own, quiet: true } : own];
  let prefix = '';
  let inner = run.workflowId;
  for (const ancestor of [...ancestors].reverse()) {
    if (!ancestor.emits) break;
    prefix = `${inner}.${prefix}`;
    targets.push({ channel: runChannel(ancestor.workflowId, ancestor.runId), prefix });
    inner = ancestor.workflowId;
  }
  return targets;
}

/**
 * The run id that user code of a run is given: as in core a nested run has its parent's, and an item of a foreach begins
 * one of its own. Each is stored under an id of its own, for core's one row is overwritten where a workflow is nested twice.
 */
export function shownRunId({ runId }: { runId: string }, ancestors: readonly Ancestor[]): string {
  const runs = [...ancestors.map(ancestor => ancestor.runId), runId];
  return runs[ancestors.findLastIndex(({ isItem }) => isItem) + 1] ?? runId;
}

/** The targets on which the parent's own events of this nested run are published. */
function parentTargets(ancestors: readonly Ancestor[]): StreamTarget[] {
  const parent = ancestors.at(-1);
  return parent?.emits ? streamTargets(parent, ancestors.slice(0, -1)) : [];
}

/**
 * Does the first op's work for ancestors whose first op is this run's invoke. Inngest misses a parent's end that comes right
 * after this run's beginning, so the others are looked at: what is nested in a cancelled run does not begin.
 */
export async function claimAncestors(
  ancestors: readonly Ancestor[],
  mastra: AnyMastra,
  start: { inputData?: unknown; initialState?: unknown },
): Promise<void> {
  const store = storeOf(mastra);
  for (const [index, { first, unstored, owner, ...identity }] of ancestors.entries()) {
    const record = new RunRecord(store, identity);
    if (!first || unstored) {
      if ((await record.load())?.status === 'canceled') throw canceledRun(identity);
      continue;
    }
    const outcome = await record.claim(
      { owner, resourceId: identity.resourceId },
      emptySnapshot(identity.runId, 'running', {
        ...startOf(ancestors.slice(index), start),
        serializedStepGraph: graphOf(mastra, ancestors.slice(0, index + 1)),
      }),
    );
    if (outcome === 'canceled') throw canceledRun(identity);
  }
}

/** The graph of the last of these, each of which is nested in the one before; empty where the first belongs to another app. */
function graphOf(mastra: AnyMastra, [outermost, ...path]: readonly Ancestor[]): unknown[] {
  type Nesting = Pick<RunnableWorkflow, 'id' | 'stepGraph' | 'serializedStepGraph'>;
  const all = Object.values(mastra.listWorkflows()) as unknown as Nesting[];
  let found = all.find(({ id }) => id === outermost?.workflowId);
  for (const { workflowId } of path) {
    const inner = nestedWorkflows(found?.stepGraph ?? []) as unknown as Nesting[];
    found = inner.find(({ id }) => id === workflowId);
  }
  return found?.serializedStepGraph ?? [];
}

/**
 * What an ancestor was started with. Nothing of it was executed, so what is nested in it has the same input and state, except
 * for an item of a foreach.
 */
function startOf(
  path: readonly Ancestor[],
  { inputData, initialState }: { inputData?: unknown; initialState?: unknown },
): Partial<Snapshot> {
  const value = (initialState ?? {}) as Record<string, unknown>;
  const hasInput = inputData !== undefined && path.every(({ emits }) => emits);
  return { value, context: hasInput ? { input: inputData } : {} };
}

/** Ends an execution before anything of it happens: somebody cancelled the run. */
export function canceledRun({ workflowId, runId }: RunName): FinalError {
  return new FinalError(
    'RUN_CANCELED',
    `Run ${runId} of workflow ${workflowId} was cancelled before it began.`,
    {
      workflowId,
      runId,
    },
  );
}

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
