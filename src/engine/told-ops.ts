import {
  type OneEvent,
  type StoredEvent,
  type StoredNested,
  type StoredOp,
  type StoredStory,
  independent,
  opKey,
  retold,
} from '../realtime/stored-events';
import type { RunEvent } from '../realtime/channel';
import { streamImage } from '../realtime/image';
import type { RunScope } from './scope';

/** What an op told; with a step and its result, what that says is told by the result alone. */
type Entry = (step?: string, result?: Record<string, unknown>) => StoredOp;

/** An op as far as this request knows it. */
interface Known {
  step?: string;
  /** Made only where it is asked for: each request passes all that is remembered. */
  entry: Entry;
  isDone: boolean;
  /** By this request, which knows all that it told. */
  isPerformed: boolean;
}

/** Where an op stands: what its entry has beside its events. */
export type OpPlace = Omit<StoredOp, 'events' | 'step'>;

/**
 * What the ops of one leg told, so far as this request knows: those that it performed, and those that it found done, of which
 * their results tell. The row of the run has the others' own words.
 */
export class ToldOps {
  private done = 0;
  private readonly known = new Map<string, Known>();
  private readonly nested: StoredNested[] = [];

  constructor(private readonly scope: RunScope) {}

  /** The place of an op that begins now: after all that are done. */
  place(op: string): OpPlace {
    const { scope } = this;
    return { op, leg: scope.legName, at: this.at(), shown: scope.targets.length };
  }

  /** Where in the order of causes the run is now, seen from the outermost run that it is nested in. */
  at(): number[] {
    const { scope } = this;
    return [...(scope.ancestors.at(-1)?.at ?? []), scope.leg?.number ?? 0, this.done];
  }

  /** An op has come to its end, or was found done. */
  ended(op: string): void {
    this.done++;
    const known = this.known.get(op);
    if (known) known.isDone = true;
  }

  /** An op that this request performs; its entry grows until it ends. */
  performs(op: string, entry: Entry): void {
    this.known.set(op, { entry, isDone: false, isPerformed: true });
  }

  /** An op that was done before: of what it told, this request knows what waited for it. */
  remembered(place: OpPlace, waiting: readonly NamedEvent[]): void {
    if (waiting.length === 0) return;
    const entry = () => retold(place, imagesOf(waiting), undefined);
    this.known.set(place.op, { entry, isDone: true, isPerformed: false });
  }

  /** A step's op, whoever performed it; `result` as the step's events showed it, where it told any. */
  ofStep(
    place: OpPlace,
    step: string,
    waiting: readonly NamedEvent[],
    result?: () => Record<string, unknown>,
    outline?: Outline,
  ): void {
    const known = this.known.get(place.op);
    if (known?.isPerformed) {
      const { entry } = known;
      known.step = step;
      known.entry = () => independent(entry(step, result?.()), result?.());
    } else {
      // Of the first op of a nested run, what it told of its beginning is not known here; its parents' streams count that, too.
      const shown = this.isOfBeginning(place) ? 1 : place.shown;
      const entry = () => retold({ ...place, shown, step }, imagesOf(waiting), result?.(), outline);
      this.known.set(place.op, { step, entry, isDone: true, isPerformed: false });
    }
  }

  /** The first op of a nested run tells of its beginning, too. */
  isOfBeginning({ at }: OpPlace): boolean {
    return this.scope.ancestors.length > 0 && at.at(-1) === 0;
  }

  /** A nested run, whose row tells the rest. */
  invoked(workflowId: string, runId: string): void {
    this.nested.push({ at: this.at(), nested: { workflowId, runId } });
  }

  /** The entries of a step's earlier ops (turns, items, tries) but those that are known already. */
  earlier(step: string, op: string, isKnown: (key: string) => boolean): StoredOp[] {
    const { legName: leg } = this.scope;
    const missing: StoredOp[] = [];
    for (const [id, known] of this.known) {
      const isEarlier = id !== op && known.isDone && known.step === step;
      if (isEarlier && !isKnown(opKey({ leg, op: id }))) missing.push(known.entry());
    }
    return missing;
  }

  /** The whole story: what the row has of it, and what only this request knows. */
  story(stored: StoredStory): StoredStory {
    const ops = new Map(stored.ops);
    for (const { entry, isPerformed } of this.known.values()) {
      const one = entry();
      if (isPerformed || !ops.has(opKey(one))) ops.set(opKey(one), one);
    }
    const known = new Set(stored.nested.map(({ nested }) => nested.runId));
    return {
      ops,
      nested: [...stored.nested, ...this.nested.filter(({ nested }) => !known.has(nested.runId))],
    };
  }
}

/** What a step's op told, where its result does not say it: events as in `StoredOp`, those that only a row has by their count. */
export type Outline = Exclude<StoredEvent, { event: RunEvent }>[];

/** The outline of what a step's op told beside what waited for it; undefined where its result says it. */
export function outlineOf({ events }: StoredOp, waiting: readonly NamedEvent[]): Outline | undefined {
  const waited = new Set(waiting.map(({ id }) => id));
  const outline: Outline = [];
  for (const one of events) {
    if (typeof one === 'number') outline.push(one);
    else if ('omitted' in one || isOwn(one, waited)) count(outline, 'omitted' in one ? one.omitted : 1);
  }
  return outline.every((one, place) => one === place) ? undefined : outline;
}

/** The run's own channel shows it, and it did not wait for the op. */
function isOwn({ id = '', to: [first] = [0, 0] }: OneEvent, waited: ReadonlySet<string>): boolean {
  return first === 0 && !waited.has(id);
}

function count(outline: Outline, more: number): void {
  const last = outline.at(-1);
  if (typeof last === 'object') last.omitted += more;
  else outline.push({ omitted: more });
}

function imagesOf(waiting: readonly NamedEvent[]): StoredEvent[] {
  return waiting.map(({ event, id }) => ({ event: streamImage(event), id }));
}

/** An event that waited for an op. */
export interface NamedEvent {
  event: RunEvent;
  id: string;
}
