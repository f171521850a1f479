/** The runs of the workflows nested in a stored run, each stored under an id of its own (`shownRunId`). */
import { type StepFlowEntry, getEntryId } from '@mastra/core/workflows';
import { OperationIds } from '../engine/operation-ids';
import { storedStory } from '../realtime/stored-events';
import { storedLegName, type Snapshot } from '../snapshot/snapshot';
import { nestedRunIds } from '../snapshot/nested-meta';
import type { RunRecord } from '../snapshot/run-record';
import { invokedRunId } from '../wire/ids';
import { isRecord } from '../wire/json';
import { type NestableWorkflow, isNestable } from '../brand';

/** Nested runs of one place that are looked for beyond the last one that was found: items begin in any order. */
const FURTHER = 8;

export type Graph = readonly StepFlowEntry[];

/** One nested run that is stored. */
export interface StoredNestedRun {
  workflow: Place['workflow'];
  record: RunRecord;
  row: Snapshot;
  /** The op of the parent that it is, where it was found by that. */
  opId?: string;
  /** It is an item of a foreach. */
  isItem: boolean;
}

/** Where a nested workflow stands in a graph. */
interface Place {
  workflow: NestableWorkflow;
  stepId: string;
  path: number[];
  kind: 'step' | 'loop' | 'foreach';
}

/**
 * Those that the row names, and those that have an id which their parent derives for them. `leg`: the name of the leg in which
 * they began; the latest, if you don't say.
 */
export async function nestedRuns(
  record: RunRecord,
  snapshot: Snapshot,
  graph: Graph,
  leg = storedLegName(snapshot),
): Promise<StoredNestedRun[]> {
  const named = new Map(storedStory(snapshot).nested.map(({ nested }) => [nested.runId, nested.workflowId]));
  const ids = new OperationIds(graph);
  const found = nestedPlaces(graph).map(async place => {
    const { workflow, stepId, kind } = place;
    const runs = new Map<string, StoredNestedRun | undefined>();
    const look = async (runId: string, opId?: string) => {
      if (runs.has(runId)) return true;
      const nested = record.sibling({ workflowId: workflow.id, runId });
      const row = await nested.load();
      runs.set(runId, row && { workflow, record: nested, row, opId, isItem: kind === 'foreach' });
      return row !== undefined;
    };
    const known = [...named].filter(([, workflowId]) => workflowId === workflow.id).map(([runId]) => runId);
    for (const runId of [...known, ...runsIn(snapshot.context[stepId])]) await look(runId);
    let misses = 0;
    for (const turn of turnsOf(place)) {
      const opId = ids.step(place.path, stepId, turn);
      const isThere = await look(invokedRunId(leg, opId), opId);
      misses = isThere ? 0 : misses + 1;
      if (misses >= (kind === 'foreach' ? FURTHER : 1)) break;
    }
    return [...runs.values()].filter(run => run !== undefined);
  });
  return (await Promise.all(found)).flat();
}

/** The turns of a loop or the items of a foreach, one after the other, without an end. */
function* turnsOf({ kind }: Place): Generator<{ iteration?: number; item?: number; retry?: number }> {
  if (kind === 'step') for (let retry = 0; ; retry++) yield { retry };
  if (kind === 'loop') for (let iteration = 1; ; iteration++) yield { iteration };
  for (let item = 0; ; item++) yield { item };
}

function runsIn(result: unknown): string[] {
  const metadata = isRecord(result) && isRecord(result.metadata) ? result.metadata : {};
  const all = [metadata.nestedRunId, ...nestedRunIds(result)].flat();
  return all.filter(id => typeof id === 'string');
}

function nestedPlaces(graph: Graph): Place[] {
  return graph.flatMap((entry, index) => {
    if (entry.type === 'parallel' || entry.type === 'conditional') {
      return entry.steps.flatMap((arm, inner) => placeOf(arm, [index, inner], 'step'));
    }
    if (entry.type === 'loop' || entry.type === 'foreach') return placeOf(entry.step, [index], entry.type);
    return placeOf(entry, [index], 'step');
  });
}

function placeOf(entry: StepFlowEntry, path: number[], kind: Place['kind']): Place[] {
  if (entry.type !== 'step' || !isNestable(entry.step)) return [];
  return [{ workflow: entry.step, stepId: getEntryId(entry), path, kind }];
}
