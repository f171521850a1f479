/** Where an interrupted run stood, read from what its steps had stored. */
import { type StepFlowEntry, getStepIds } from '@mastra/core/workflows';
import { succeeded } from '../engine/graph-change';
import { GraphShape } from '../engine/graph-shape';
import type { Snapshot } from '../snapshot/snapshot';
import { isRecord } from '../wire/json';

/** As core's `restart` wants it. */
export interface Interruption {
  activePaths: number[];
  activeStepsPath: Record<string, number[]>;
}

type Results = Record<string, unknown>;

/**
 * The first entry that is not known to be complete. Where a later entry has begun, an entry is complete; else it is if all
 * that it holds has succeeded and it neither loops nor iterates, since the last turn's success says nothing of a next one:
 * that turn is executed again, as core does.
 */
export function interruption(
  graph: readonly StepFlowEntry[],
  context: Results,
  /** Ids of steps that the run is known to have passed. */
  passed: ReadonlySet<string> = new Set(),
): Interruption {
  const results = resultsByEntry(graph, context);
  const last = results.findLastIndex(own => Object.keys(own).length > 0);
  const hasPassed = last >= 0 && getStepIds(graph[last] as StepFlowEntry).every(id => passed.has(id));
  const done = (hasPassed || isComplete(graph[last], results[last])) && last + 1 < graph.length;
  const index = last < 0 ? 0 : last + (done ? 1 : 0);
  const active = activeSteps(graph[index], results[index]);
  return {
    activePaths: [index],
    activeStepsPath: Object.fromEntries(
      active.map(([id, arm]) => [id, arm === undefined ? [index] : [index, arm]]),
    ),
  };
}

/** Ids of the steps that stood before the one that a run is suspended in, which may be gone from its workflow since. */
export function passedSteps({ suspendedPaths, context, serializedStepGraph }: Snapshot): Set<string> {
  const waiting = Object.entries(suspendedPaths).filter(([id]) => {
    const result = context[id];
    return isRecord(result) && result.status === 'suspended';
  });
  if (waiting.length === 0) return new Set();
  const first = Math.min(...waiting.map(([, [index = 0]]) => index));
  const { places } = new GraphShape(serializedStepGraph);
  return new Set(places.filter(({ path: [index = 0] }) => index < first).map(({ id }) => id));
}

/**
 * The stored results of each entry's steps. A step that stands in several entries has one stored result. It counts for a later entry
 * if the step began after something between the two did. Where that is not known, the step is executed again rather than left out.
 */
function resultsByEntry(graph: readonly StepFlowEntry[], context: Results): Results[] {
  const ids = graph.map(entry => getStepIds(entry));
  return ids.map((own, index) =>
    Object.fromEntries(
      own.flatMap(id => {
        const result = context[id];
        if (!isRecord(result)) return [];
        const earlier = ids.slice(0, index).findLastIndex(others => others.includes(id));
        const between = ids
          .slice(earlier + 1, index)
          .flat()
          .filter(other => other !== id);
        const begun = between.map(other => context[other]).filter(isRecord);
        const isOwn =
          begun.length > 0 && begun.every(({ startedAt }) => Number(startedAt) < Number(result.startedAt));
        return earlier < 0 || isOwn ? [[id, result]] : [];
      }),
    ),
  );
}

function isComplete(entry: StepFlowEntry | undefined, results: Results = {}): boolean {
  if (!entry || entry.type === 'loop' || entry.type === 'foreach') return false;
  const ids = getStepIds(entry);
  // Which arms a branch took is not stored, so one arm's success does not complete it.
  if (entry.type === 'conditional') return false;
  return ids.every(id => succeeded(results[id]));
}

function activeSteps(
  entry: StepFlowEntry | undefined,
  results: Results = {},
): [id: string, arm: number | undefined][] {
  if (!entry) return [];
  const ids = getStepIds(entry);
  if (entry.type !== 'parallel' && entry.type !== 'conditional') return ids.map(id => [id, undefined]);
  return ids.flatMap((id, arm) => (succeeded(results[id]) ? [] : [[id, arm]]));
}
