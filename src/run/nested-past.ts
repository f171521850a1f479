/** The past of a run with that of the workflows nested in it, as its stream would have shown both. */
import { type StepFlowEntry, getEntryId } from '@mastra/core/workflows';
import { nestedMeta } from '../engine/leg-start';
import { OperationIds } from '../engine/operation-ids';
import { type RunEvent, eventFor } from '../realtime/channel';
import { legName } from '../snapshot/leg-claim';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { derivedUuid } from '../wire/ids';
import { isAtRest } from '../snapshot/transitions';
import { withoutUndefined } from '../wire/encode';
import { isRecord } from '../wire/json';
import { type NestableWorkflow, isNestable } from '../workflow/brand';
import { pastEvents, stepEvents } from './past';

/** Turns of a loop whose nested runs are looked for. */
const TURNS = 50;

type Graph = readonly StepFlowEntry[];

/** Where a nested workflow stands in a graph. */
interface Place {
  workflow: NestableWorkflow & { stepGraph: Graph };
  stepId: string;
  path: number[];
  isLoop: boolean;
}

/** Everything that is stored of a run's events and of those of its nested runs, in the order in which it happened. */
export async function wholePast(record: RunRecord, snapshot: Snapshot, graph: Graph): Promise<RunEvent[]> {
  const nested = await Promise.all(
    nestedPlaces(graph).map(place => pastOfPlace(record, snapshot, graph, place)),
  );
  return inOrder([pastEvents(snapshot), ...nested.flat()]);
}

/**
 * The past of all nested runs of one place: known by their parent's result or, before the parent has it, by the ids that the
 * parent derives for them.
 */
async function pastOfPlace(
  record: RunRecord,
  snapshot: Snapshot,
  graph: Graph,
  place: Place,
): Promise<RunEvent[][]> {
  const { path, stepId, isLoop } = place;
  const ids = new OperationIds(graph);
  const { leg = 0, owner } = snapshot.inngest ?? {};
  const name = legName(snapshot.runId, leg, owner);
  const seen = new Set<string>();
  const found: RunEvent[][] = [];
  const look = async (runId: string): Promise<boolean> => {
    if (seen.has(runId)) return false;
    seen.add(runId);
    const events = await pastOfRun(record, runId, place);
    if (events) found.push(events);
    return events !== undefined;
  };
  for (const runId of knownRuns(snapshot.context[stepId])) await look(runId);
  for (let turn = 1; turn <= (isLoop ? TURNS : 1); turn++) {
    const iteration = isLoop ? turn : undefined;
    const runId = derivedUuid('nested-run', name, ids.step(path, stepId, { iteration }));
    if (!seen.has(runId) && !(await look(runId))) break;
  }
  return found;
}

async function pastOfRun(record: RunRecord, runId: string, { workflow, stepId }: Place) {
  const nested = record.sibling({ workflowId: workflow.id, runId });
  const snapshot = await nested.load();
  if (!snapshot) return undefined;
  const events = await wholePast(nested, snapshot, workflow.stepGraph);
  const target = { channel: '', prefix: `${workflow.id}.` };
  const inner = events.map(event => eventFor(target, event));
  const [start, ...end] = stepEvents(stepId, stepResult(snapshot));
  return start ? [start, ...inner, ...end] : inner;
}

/** The step that a nested run is in its parent. */
function stepResult({ status, context, result, error, inngest }: Snapshot): Record<string, unknown> {
  const payload = context.input;
  if (!isAtRest(status)) return { status: 'running', payload };
  return withoutUndefined({ status, payload, output: result, error, ...inngest?.step });
}

function knownRuns(result: unknown): string[] {
  const metadata = isRecord(result) && isRecord(result.metadata) ? result.metadata : {};
  return [metadata.nestedRunId, nestedMeta(result).runId].filter(id => typeof id === 'string');
}

/** What is nested in a foreach is not shown in its parent's stream, as in core. */
function nestedPlaces(graph: Graph): Place[] {
  return graph.flatMap((entry, index) => {
    if (entry.type === 'parallel' || entry.type === 'conditional') {
      return entry.steps.flatMap((arm, inner) => placeOf(arm, [index, inner], false));
    }
    if (entry.type === 'loop') return placeOf(entry.step, [index], true);
    return placeOf(entry, [index], false);
  });
}

function placeOf(entry: StepFlowEntry, path: number[], isLoop: boolean): Place[] {
  if (entry.type !== 'step' || !isNestable(entry.step)) return [];
  const workflow = entry.step as unknown as Place['workflow'];
  return [{ workflow, stepId: getEntryId(entry), path, isLoop }];
}

/** By time; an event without one belongs to the event before it. */
function inOrder(lists: readonly RunEvent[][]): RunEvent[] {
  const dated = lists.flatMap(events => {
    let time = 0;
    return events.map(event => {
      time = timeOf(event) ?? time;
      return { event, time };
    });
  });
  return dated.toSorted((one, other) => one.time - other.time).map(({ event }) => event);
}

function timeOf({ type, payload }: RunEvent): number | undefined {
  const { startedAt, resumedAt, endedAt, suspendedAt } = (payload ?? {}) as Record<
    string,
    number | undefined
  >;
  return type === 'workflow-step-start' ? (resumedAt ?? startedAt) : (endedAt ?? suspendedAt ?? startedAt);
}
