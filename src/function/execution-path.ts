import {
  type StepFlowEntry,
  getSingleStepEntryId,
  getStepIds,
  isSingleStepEntry,
} from '@mastra/core/workflows';
import { succeeded } from '../engine/graph-change';
import { type Snapshot, isAtRest } from '../snapshot/snapshot';
import { interruption } from './interrupted';

/** Where core's stored run says that it is. */
export type Position = Pick<Snapshot, 'activePaths' | 'activeStepsPath' | 'stepExecutionPath'>;

/**
 * The position of a run that executes, read from what its steps have stored: all that a store takes with a step's result is that
 * result. Which arms of a branch execute is known of those alone that have told so.
 */
export function activePathsOf(
  graph: readonly StepFlowEntry[],
  snapshot: Pick<Snapshot, 'context' | 'stepExecutionPath'>,
): Position {
  const { context } = snapshot;
  const { activePaths, activeStepsPath } = interruption(graph, context);
  const [reached = 0] = activePaths;
  const entry = graph[reached];
  const active = Object.entries(activeStepsPath).filter(([id]) => mayExecute(entry, context[id]));
  const arms = entry?.type === 'parallel' ? getStepIds(entry).length : (active.at(-1)?.[1][1] ?? -1) + 1;
  return {
    activePaths: arms > 0 ? [reached, arms - 1] : activePaths,
    activeStepsPath: Object.fromEntries(active),
    stepExecutionPath: pathUpTo(graph, reached, snapshot.stepExecutionPath),
  };
}

function mayExecute(entry: StepFlowEntry | undefined, result: unknown): boolean {
  if (!entry || entry.type === 'conditional') return result !== undefined;
  // After the last step of all there is nothing to go on with.
  return !isSingleStepEntry(entry) || !succeeded(result);
}

/** Core's `stepExecutionPath` of a run that is about to be ended from outside. */
export function executionPath(graph: readonly StepFlowEntry[], snapshot: Snapshot): string[] {
  const { status, context, stepExecutionPath: before = [], inngest } = snapshot;
  if (isAtRest(status) || inngest?.owner === undefined) return before;
  const [reached = 0] = interruption(graph, context).activePaths;
  return pathUpTo(graph, reached, before);
}

/** The steps and sleeps of the graph itself, up to the one that executes. */
function pathUpTo(graph: readonly StepFlowEntry[], reached: number, before: string[] = []): string[] {
  const begun = graph.slice(0, reached + 1).map(idOf);
  return [...before, ...begun.filter(id => id !== undefined && !before.includes(id))] as string[];
}

function idOf(entry: StepFlowEntry): string | undefined {
  if (isSingleStepEntry(entry)) return getSingleStepEntryId(entry);
  return entry.type === 'sleep' || entry.type === 'sleepUntil' ? entry.id : undefined;
}
