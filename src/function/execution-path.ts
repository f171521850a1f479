import { type StepFlowEntry, getSingleStepEntryId, isSingleStepEntry } from '@mastra/core/workflows';
import type { Snapshot } from '../snapshot/store';
import { isAtRest } from '../snapshot/transitions';
import { interruption } from './interrupted';

/**
 * Core's `stepExecutionPath` of a run that is about to be ended from outside: the steps and sleeps of the graph itself, up to the
 * one that it executes.
 */
export function executionPath(
  graph: readonly StepFlowEntry[],
  { status, context, stepExecutionPath: before = [], inngest }: Snapshot,
): string[] {
  if (isAtRest(status) || inngest?.owner === undefined) return before;
  const [reached = 0] = interruption(graph, context).activePaths;
  const begun = graph.slice(0, reached + 1).map(idOf);
  return [...before, ...begun.filter(id => id !== undefined && !before.includes(id))] as string[];
}

function idOf(entry: StepFlowEntry): string | undefined {
  if (isSingleStepEntry(entry)) return getSingleStepEntryId(entry);
  return entry.type === 'sleep' || entry.type === 'sleepUntil' ? entry.id : undefined;
}
