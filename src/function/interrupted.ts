/** Where an interrupted run stood, read from what its steps had stored. */
import { type StepFlowEntry, getStepIds } from '@mastra/core/workflows';
import { isRecord } from '../wire/json';

/** As core's `restart` wants it. */
export interface Interruption {
  activePaths: number[];
  activeStepsPath: Record<string, number[]>;
}

/**
 * The first entry that is not known to be complete. Where a later entry has begun, an entry is complete; else it is if all
 * that it holds has succeeded and it neither loops nor iterates, since the last turn's success says nothing of a next one:
 * that turn is executed again, as core does.
 */
export function interruption(
  graph: readonly StepFlowEntry[],
  context: Record<string, unknown>,
): Interruption {
  const begun = graph.map(entry => getStepIds(entry).some(id => isRecord(context[id])));
  const last = begun.lastIndexOf(true);
  const index = last < 0 ? 0 : last + (isComplete(graph[last], context) && last + 1 < graph.length ? 1 : 0);
  const active = activeSteps(graph[index], context);
  return {
    activePaths: [index],
    activeStepsPath: Object.fromEntries(
      active.map(([id, arm]) => [id, arm === undefined ? [index] : [index, arm]]),
    ),
  };
}

function isComplete(entry: StepFlowEntry | undefined, context: Record<string, unknown>): boolean {
  if (!entry || entry.type === 'loop' || entry.type === 'foreach') return false;
  const ids = getStepIds(entry);
  // Which arms a branch took is not stored, so one arm's success does not complete it.
  if (entry.type === 'conditional') return false;
  return ids.every(id => succeeded(context[id]));
}

function activeSteps(
  entry: StepFlowEntry | undefined,
  context: Record<string, unknown>,
): [id: string, arm: number | undefined][] {
  if (!entry) return [];
  const ids = getStepIds(entry);
  if (entry.type !== 'parallel' && entry.type !== 'conditional') return ids.map(id => [id, undefined]);
  return ids.flatMap((id, arm) => (succeeded(context[id]) ? [] : [[id, arm]]));
}

function succeeded(result: unknown): boolean {
  return isRecord(result) && result.status === 'success';
}
