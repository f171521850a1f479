/** The events of a stored run, with those of the workflows nested in it, in the order of causes. */
import { type StepFlowEntry, getEntryId } from '@mastra/core/workflows';
import { nestedMeta } from '../engine/leg-start';
import { OperationIds } from '../engine/operation-ids';
import { type PublishedEvent, eventFor } from '../realtime/channel';
import { eventsOfStep, omitted } from '../realtime/events';
import {
  type OneEvent,
  type StoredOp,
  type StoredStory,
  compareAt,
  eventsIn,
  opKey,
  storedStory,
  visibleResults,
} from '../realtime/stored-events';
import { legName } from '../snapshot/leg-claim';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/store';
import { derivedUuid } from '../wire/ids';
import { isRecord } from '../wire/json';
import { type NestableWorkflow, isNestable } from '../workflow/brand';

/** Nested runs of one place that are looked for beyond the last one that was found: items begin in any order. */
const FURTHER = 8;

type Graph = readonly StepFlowEntry[];

/** One event of the story. `count`: how many it stands for, where some are not kept. */
export interface StoryEvent {
  event: PublishedEvent;
  count: number;
}

/** What one op told on the channel of the observed run. */
interface ToldOp {
  at: readonly number[];
  events: StoryEvent[];
}

/** The ids of the workflows from the run that is looked at, first, up to the one below the observed run. */
type Path = readonly string[];

/** All that is stored of the events that a run's channel has shown. */
export async function storyOf(record: RunRecord, snapshot: Snapshot, graph: Graph): Promise<StoryEvent[]> {
  const story = storedStory(snapshot);
  if (story.ops.size + story.nested.length === 0 && Object.keys(snapshot.inngest ?? {}).length === 0) {
    return toldByResults(snapshot);
  }
  const ops = await opsOf(record, snapshot, graph, []);
  return ops.toSorted((one, other) => compareAt(one.at, other.at)).flatMap(({ events }) => events);
}

async function opsOf(record: RunRecord, snapshot: Snapshot, graph: Graph, path: Path): Promise<ToldOp[]> {
  const story = storedStory(snapshot);
  const own = [...story.ops.values()].map(op => toldOp(op, path));
  const nested = await Promise.all(nestedRuns(snapshot, story, graph).map(find => find(record, path)));
  return [...own, ...nested.flat()];
}

/** The events of one op that reach the observed run, with the ids that they have on its channel. */
function toldOp(op: StoredOp, path: Path): ToldOp {
  const depth = path.length;
  const events: StoryEvent[] = [];
  let number = 0;
  for (const one of eventsIn(op)) {
    const position = `${opKey(op)}#${number}`;
    if ('omitted' in one) {
      events.push({ event: { ...omitted(one.omitted), mastraEventId: position }, count: one.omitted });
      number += one.omitted;
      continue;
    }
    if (!isShown(one, op.shown, depth)) continue;
    const event = eventFor({ channel: '', prefix: prefixOf(one, path) }, one.event);
    const id = one.id === undefined ? {} : { mastraPosition: position };
    events.push({ event: { ...event, mastraEventId: one.id ?? position, ...id }, count: 1 });
    number++;
  }
  return { at: op.at, events };
}

function isShown({ to: [first, end] = [0, Infinity], to }: OneEvent, shown: number, depth: number): boolean {
  return first <= depth && depth < (to ? end : shown);
}

function prefixOf({ to: [first] = [0, 0], plain }: OneEvent, path: Path): string {
  if (plain) return '';
  return path
    .slice(first)
    .toReversed()
    .map(workflowId => `${workflowId}.`)
    .join('');
}

/** A row of another version of this package: its results alone tell, in the order in which the steps began. */
function toldByResults({ context }: Snapshot): StoryEvent[] {
  return Object.entries(visibleResults(context))
    .filter((entry): entry is [string, Record<string, unknown>] => entry[0] !== 'input' && isRecord(entry[1]))
    .toSorted(([, one], [, other]) => Number(one.startedAt ?? 0) - Number(other.startedAt ?? 0))
    .flatMap(([id, result]) =>
      eventsOfStep({ id }, result).map((event, place) => ({
        event: { ...event, mastraEventId: `stored/${id}#${place}` },
        count: 1,
      })),
    );
}

type Find = (record: RunRecord, path: Path) => Promise<ToldOp[]>;

/** Where a nested workflow stands in a graph. */
interface Place {
  workflow: NestableWorkflow & { stepGraph: Graph; retryConfig?: { attempts?: number } };
  stepId: string;
  path: number[];
  kind: 'step' | 'loop' | 'foreach';
}

/** How to find the nested runs: those that the row names, and those that have an id which their parent derives for them. */
function nestedRuns(snapshot: Snapshot, story: StoredStory, graph: Graph): Find[] {
  const named = new Map(story.nested.map(({ nested }) => [nested.runId, nested.workflowId]));
  const ids = new OperationIds(graph);
  const { leg = 0, owner } = snapshot.inngest ?? {};
  const name = legName(snapshot.runId, leg, owner);
  return nestedPlaces(graph).map(place => async (record, path) => {
    const { workflow, stepId } = place;
    const seen = new Set<string>();
    const look = async (runId: string): Promise<ToldOp[] | undefined> => {
      if (seen.has(runId)) return [];
      seen.add(runId);
      const nested = record.sibling({ workflowId: workflow.id, runId });
      const row = await nested.load();
      return row && opsOf(nested, row, workflow.stepGraph, [workflow.id, ...path]);
    };
    const known = [...named].filter(([, workflowId]) => workflowId === workflow.id).map(([runId]) => runId);
    const found: ToldOp[] = [];
    for (const runId of [...known, ...runsIn(snapshot.context[stepId])])
      found.push(...((await look(runId)) ?? []));
    let misses = 0;
    for (const turn of turnsOf(place)) {
      const runId = derivedUuid('nested-run', name, ids.step(place.path, stepId, turn));
      const ops = await look(runId);
      misses = ops ? 0 : misses + 1;
      found.push(...(ops ?? []));
      if (misses >= (place.kind === 'foreach' ? FURTHER : 1)) break;
    }
    return found;
  });
}

/** The turns of a loop or the items of a foreach, one after the other, without an end. */
function* turnsOf({ kind }: Place): Generator<{ iteration?: number; item?: number; retry?: number }> {
  if (kind === 'step') for (let retry = 0; ; retry++) yield { retry };
  if (kind === 'loop') for (let iteration = 1; ; iteration++) yield { iteration };
  for (let item = 0; ; item++) yield { item };
}

function runsIn(result: unknown): string[] {
  const metadata = isRecord(result) && isRecord(result.metadata) ? result.metadata : {};
  const { runId, foreachOutput = [] } = nestedMeta(result);
  const all = [metadata.nestedRunId, runId, ...foreachOutput.map(item => nestedMeta(item).runId)].flat();
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
  const workflow = entry.step as unknown as Place['workflow'];
  return [{ workflow, stepId: getEntryId(entry), path, kind }];
}
