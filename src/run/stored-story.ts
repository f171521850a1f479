/** The events of a stored run, with those of the workflows nested in it, in the order of causes. */
import { type Graph, nestedRuns } from '../function/nested-runs';
import { type EventTry, type PublishedEvent, eventFor } from '../realtime/channel';
import { eventsOfStep, omitted } from '../realtime/events';
import {
  type OneEvent,
  type StoredOp,
  compareAt,
  eventsIn,
  opKey,
  storedStory,
  visibleResults,
} from '../realtime/stored-events';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/snapshot';
import { isRecord } from '../wire/json';

/** One event of the story. `count`: how many it stands for, where some are not kept. */
export interface StoryEvent {
  event: PublishedEvent;
  count: number;
}

/** The events of one op on the channel of the observed run. */
interface ToldOp {
  at: readonly number[];
  events: StoryEvent[];
}

/** Workflow ids from a nested run, first, up to the run directly below the observed one. */
type Path = readonly string[];

/** All stored events of a run's channel. */
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
  const nested = await Promise.all(
    (await nestedRuns(record, snapshot, graph)).map(({ workflow, record: inner, row }) =>
      opsOf(inner, row, workflow.stepGraph, [workflow.id, ...path]),
    ),
  );
  return [...own, ...nested.flat()];
}

/** The events of one op that reach the observed run, with the ids that they have on its channel. */
function toldOp(op: StoredOp, path: Path): ToldOp {
  const depth = path.length;
  const events: StoryEvent[] = [];
  let number = 0;
  let lastTry: EventTry | undefined;
  for (const one of eventsIn(op)) {
    const position = `${opKey(op)}#${number}`;
    if ('omitted' in one) {
      // What is left out is of the execution whose events come before it.
      const mastraTry = lastTry && { id: lastTry.id, number: lastTry.number + 1 };
      const marker = { ...omitted(one.omitted), mastraEventId: position, ...(mastraTry && { mastraTry }) };
      events.push({ event: marker, count: one.omitted });
      number += one.omitted;
      continue;
    }
    if (!isShown(one, op.shown, depth)) continue;
    lastTry = (one.event as Partial<PublishedEvent>).mastraTry ?? lastTry;
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

/** The events of a row without stored events (of another version of this package), made from its results in the order of their start. */
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
