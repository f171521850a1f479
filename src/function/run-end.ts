import type { LifecycleResult, PersistParams, RunStatus, StepResults } from '../core-types';
import type { EngineParts } from '../engine/engine-parts';
import type { Operation } from '../engine/operations';
import { asCoreError, seal, thrownFailure } from '../wire/outcome';
import { briefResult } from '../engine/plan';
import { emptySnapshot, hasToldEnd, isTerminal, type Ownership, type Snapshot } from '../snapshot/snapshot';
import { encodedValues } from '../snapshot/typed-values';
import { runFinished } from '../realtime/events';
import { packedStory, storedStory } from '../realtime/stored-events';
import { encodeValue } from '../wire/encode';
import { serializedContext } from '../wire/request-context';
import { storedEnd, tellEnd, wantsEnd } from './end-callbacks';
import { ownershipOf } from './scope';
import { announceEnd, isTriedAgain } from './parent-stream';

/** How a run came to rest: core's result, and what core would have stored and called. */
export interface RunOutcome {
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
  parts: EngineParts,
  outcome: RunOutcome,
  parentResult: Record<string, unknown> | undefined,
): Promise<void> {
  const { scope, persistence } = parts;
  const told = wantsEnd(scope.options) ? outcome.callbacks : undefined;
  if (told && !(await isToldElsewhere(parts))) await tellEnd(scope.mastra, scope.options, told);
  const results = outcome.persist?.stepResults ?? outcome.stepResults;
  const snapshot = finalSnapshot(parts, outcome, results);
  const stored = persistence.wanted(outcome.status, results);
  if (parentResult) announceEnd(operation, scope, parentResult);
  await operation.logged();
  if (stored) {
    await scope.record.settle(storable(parts, snapshot, outcome), current =>
      withStory(parts, snapshot, current),
    );
  }
  // The row of a run that was cancelled meanwhile is not written any more; this is noted in it all the same.
  if (told) await scope.record.noteEndTold(scope.leg?.number ?? 0);
  operation.releaseEvents();
  const complete = stored && !scope.options.pruneSnapshot;
  endSpans(parts, outcome);
  const run = complete ? undefined : runInEvent(snapshot, outcome);
  operation.publish(finishEvent(parts, outcome, run), scope.targets.slice(0, 1));
}

/** A run that was cancelled before it began has an end like any other. */
export async function tellCanceled(
  parts: EngineParts,
  requestContext: Record<string, unknown>,
): Promise<void> {
  const { scope, operations, ids } = parts;
  if (!wantsEnd(scope.options)) return;
  await operations.begin(ids.finish, async () => {
    const row = await scope.record.load();
    if (row && !hasToldEnd(row)) {
      const end = await storedEnd(
        scope.mastra,
        { ...scope.record.identity, runId: scope.shownRunId },
        row,
        requestContext,
      );
      await tellEnd(scope.mastra, scope.options, end);
      await scope.record.noteEndTold(row.inngest?.leg ?? 0);
    }
    return seal({});
  });
}

/** The run was cancelled meanwhile, and what closes it has called the callbacks, or does as soon as Inngest says that it has ended. */
async function isToldElsewhere({ scope }: EngineParts): Promise<boolean> {
  const { record, port, inngestRunId } = scope;
  const row = await record.load();
  if (row?.status !== 'canceled') return false;
  return hasToldEnd(row) || (await port.runState(inngestRunId)) === 'over';
}

/** The run's span, and the parent's span of this run where it is nested. */
function endSpans({ trace, scope }: EngineParts, outcome: RunOutcome): void {
  const { root } = trace;
  if (!root) return;
  const parent = scope.ancestors.at(-1);
  const failed = outcome.error === undefined ? {} : { error: asCoreError(outcome.error) };
  const end = { output: outcome.result, attributes: { status: outcome.status }, ...failed };
  trace.finish(root, end, scope.startedAt);
  if (root.parent && parent && !isTriedAgain(parent, { ...outcome }))
    trace.finish(root.parent, end, scope.startedAt);
}

function finalSnapshot(parts: EngineParts, outcome: RunOutcome, results: StepResults): Snapshot {
  const { scope } = parts;
  const context = outcome.persist?.executionContext;
  const isOver = isTerminal(outcome.status as Snapshot['status']);
  const fields: Partial<Snapshot> = {
    value: context?.state ?? {},
    context: parts.plan && isOver ? brief(results) : results,
    activePaths: context?.executionPath ?? [],
    activeStepsPath: context?.activeStepsPath ?? {},
    stepExecutionPath: context?.stepExecutionPath,
    serializedStepGraph: [...parts.serializedGraph],
    suspendedPaths: context?.suspendedPaths ?? {},
    resumeLabels: context?.resumeLabels ?? {},
    result: outcome.result,
    error: outcome.error,
    tripwire: outcome.tripwire,
    requestContext: outcome.persist ? serializedContext(outcome.persist.requestContext) : {},
    tracingContext: outcome.persist?.tracingContext,
  };
  return emptySnapshot(scope.runId, outcome.status as Snapshot['status'], fields);
}

function brief({ input, ...steps }: StepResults): StepResults {
  const all = Object.entries(steps).map(([id, result]) => [id, briefResult(result)]);
  return { input, ...Object.fromEntries(all) } as StepResults;
}

/** The snapshot as it is stored: what the user's `pruneSnapshot` leaves of it, and whose it is. */
function storable(parts: EngineParts, snapshot: Snapshot, outcome: RunOutcome): Snapshot {
  const { scope, trace } = parts;
  const { pruneSnapshot } = scope.options;
  const prune = pruneSnapshot as ((args: object) => Snapshot) | undefined;
  const pruned = prune ? prunedBy(prune, { snapshot, workflowStatus: outcome.status }) : snapshot;
  const { address } = trace;
  return {
    ...pruned,
    inngest: {
      ...ownershipOf(scope),
      ...(address && { trace: address }),
      ...encodedValues(pruned),
      ...(prune && { pruned: true }),
      ...(parts.inlined.size > 0 && { inlined: Object.fromEntries(parts.inlined) }),
      ...(outcome.thrown && { thrown: true }),
      ...(outcome.status === 'suspended' && { suspended: true }),
      ...(outcome.callbacks && wantsEnd(scope.options) && { endTold: scope.leg?.number ?? 0 }),
    },
  };
}

/** What it throws would be thrown again at the next attempt, and what it left out must not be stored. */
function prunedBy(prune: (args: object) => Snapshot, args: object): Snapshot {
  try {
    return prune(args);
  } catch (error) {
    throw thrownFailure(error);
  }
}

/** What the run told, for late watchers. Where the user prunes what is stored, nothing is kept of it. */
function withStory(
  parts: EngineParts,
  { runId, context }: Snapshot,
  current: Snapshot | undefined,
): Pick<Ownership, 'events'> {
  const { scope, operations } = parts;
  if (scope.options.pruneSnapshot) return {};
  const before = current ? storedStory(current) : { ops: new Map(), nested: [] };
  return { events: packedStory(operations.toldOps.story(before), runId, context) };
}

/** The whole run, for a waiter that will not find it in the store. */
function runInEvent(snapshot: Snapshot, outcome: RunOutcome): unknown {
  const { serializedStepGraph: _graph, ...run } = snapshot;
  return encodeValue({ ...run, inngest: outcome.thrown ? { thrown: true } : {} });
}

function finishEvent({ scope }: EngineParts, outcome: RunOutcome, run: unknown) {
  const payload: Record<string, unknown> & { runId: string; workflowStatus: string } = {
    runId: scope.runId,
    workflowStatus: outcome.status,
  };
  if (outcome.result !== undefined) payload.result = outcome.result;
  if (outcome.error !== undefined) payload.error = asCoreError(outcome.error);
  if (outcome.tripwire !== undefined) payload.tripwire = outcome.tripwire;
  if (run !== undefined) payload.run = run;
  return runFinished(payload, scope.leg?.number ?? 0);
}
