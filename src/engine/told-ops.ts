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

/** An event that waited for an op. */
interface WaitingEvent {
  event: RunEvent;
  ownId: string;
}

/** What the events of a step's op can be told again from. */
export interface StepReport {
  /** As the step's events showed it, where it told any. */
  result?: Record<string, unknown>;
  outline?: Outline;
}

/**
 * What the ops of one leg told, as far as this request knows: the events of those that it performed, and what results say of those
 * that it found done. The events of all others stand in the run's row.
 */
export class ToldOps {
  private done = 0;
  private leg = 0;
  private readonly begun = new Map<string, { place: OpPlace; waiting: readonly WaitingEvent[] }>();
  private readonly known = new Map<string, Known>();
  private readonly nested: StoredNested[] = [];

  constructor(private readonly scope: RunScope) {}

  /** An op begins now: after all that are done. `waiting`: what it tells before its own. */
  begins(op: string, waiting: readonly WaitingEvent[]): OpPlace {
    const { scope } = this;
    const place = { op, leg: scope.legName, at: this.at(), shown: scope.targets.length };
    this.begun.set(op, { place, waiting });
    return place;
  }

  /** Where in the order of causes the run is now, seen from the outermost run that it is nested in. */
  at(): number[] {
    const { scope } = this;
    return [...(scope.ancestors.at(-1)?.at ?? []), this.leg, this.done];
  }

  /** The first op of a later leg is done, which was the first to know its number. */
  goesOn(leg: number): void {
    this.leg = leg;
  }

  /** An op has come to its end, or was found done: then what waited for it is all that is known of what it told. */
  ended(op: string): void {
    this.done++;
    const known = this.known.get(op);
    if (known) known.isDone = true;
    else if (this.waitingBefore(op).length > 0) this.found(op);
  }

  /** Events that waited for an op. */
  waitingBefore(op: string): readonly WaitingEvent[] {
    return this.begun.get(op)?.waiting ?? [];
  }

  /** An op that this request performs; its entry grows until it ends. */
  performs(op: string, entry: Entry): void {
    this.known.set(op, { entry, isDone: false, isPerformed: true });
  }

  /** This request performed the op. */
  isPerformed(op: string): boolean {
    return this.known.get(op)?.isPerformed === true;
  }

  /** A step's op, whoever performed it. */
  ofStep(op: string, step: string, report: StepReport): void {
    const known = this.known.get(op);
    if (!known?.isPerformed) return this.found(op, step, report);
    const { entry } = known;
    known.step = step;
    known.entry = () => independent(entry(step, report.result), report.result);
  }

  /** An op that was done before. */
  private found(op: string, step?: string, { result, outline }: StepReport = {}): void {
    const { place, waiting } = this.begun.get(op) ?? {};
    if (!place || !waiting) return;
    // Of the first op of a nested run, what it told of its beginning is not known here; its parents' streams count that, too.
    const shown = step !== undefined && this.isOfBeginning(place) ? 1 : place.shown;
    const own = { ...place, shown, ...(step !== undefined && { step }) };
    const entry = () => retold(own, waiting.map(imageOf), result, outline);
    this.known.set(op, { step, entry, isDone: true, isPerformed: false });
  }

  /** The op told more than is its own: of what waited for it, or of a nested run's beginning, which its first op tells of. */
  tellsMore(op: string): boolean {
    const { place, waiting = [] } = this.begun.get(op) ?? {};
    return waiting.length > 0 || (place !== undefined && this.isOfBeginning(place));
  }

  private isOfBeginning({ at }: OpPlace): boolean {
    return this.scope.ancestors.length > 0 && at.at(-1) === 0;
  }

  /** What a step's op told beside what waited for it; undefined where its result says it. */
  outlineOf(told: StoredOp): Outline | undefined {
    return outlineOf(told, this.waitingBefore(told.op));
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

function outlineOf({ events }: StoredOp, waiting: readonly WaitingEvent[]): Outline | undefined {
  const waited = new Set(waiting.map(({ ownId }) => ownId));
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

function imageOf({ event, ownId: id }: WaitingEvent): StoredEvent {
  return { event: streamImage(event), id };
}
