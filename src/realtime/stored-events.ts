/**
 * The events of a run as its stored row keeps them, for readers who find no log. Each op leaves one entry, mostly of a few bytes:
 * what a step's stored result says of its own events is not written twice.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Snapshot } from '../snapshot/snapshot';
import { derivedUuid } from '../wire/ids';
import { type Json, isRecord } from '../wire/json';
import { jsonSize } from '../wire/limits';
import type { RunEvent, StreamTarget } from './channel';
import { type StepCall, eventsOfStep } from './events';

/**
 * One event: a number for that event of those that the step's stored result tells (`eventsOfStep`), the event itself, or how
 * many events stood here that are not kept.
 */
export type StoredEvent = number | OneEvent | { omitted: number };

export interface OneEvent {
  event: RunEvent;
  /** For one that several ops may publish. */
  id?: string;
  /** Which streams show it: from this run (0) or from an ancestor on, up to another. Missing: as the leg's `shown`. */
  to?: [first: number, end: number];
  /** The ids in it get no prefix on the way up. */
  plain?: true;
}

/** What one op told. */
export interface StoredOp {
  op: string;
  /** Name of the leg. */
  leg: string;
  /** Its place in the order of causes: whatever depends on it has a larger one (`compareAt`). */
  at: number[];
  /** Up to which ancestor this run's events are shown: 1 for none but the run itself. */
  shown: number;
  /** The step whose result the numbers in `events` refer to, and that result where it is not the one that is stored of the step. */
  step?: string;
  result?: Record<string, unknown>;
  events: StoredEvent[];
}

/** A nested run, whose events stand in its own row. */
export interface StoredNested {
  at: number[];
  nested: { workflowId: string; runId: string };
}

/** Bytes of JSON that are kept of what one step wrote, and of all earlier turns, items and attempts of a step. */
const MAX_WRITTEN_BYTES = 256 * 1024;
const MAX_EARLIER_BYTES = 32 * 1024;

/** Collects the events of one op. */
export class OpRecorder {
  private readonly events: Exclude<StoredEvent, number>[] = [];
  private written = 0;

  constructor(
    private readonly op: Omit<StoredOp, 'events' | 'step' | 'result'>,
    /** The channels of this run and of all that it is nested in, this run's first. */
    private readonly channels: readonly string[],
  ) {}

  /** How many events there are, those that are not kept included. */
  get count(): number {
    return this.events.reduce((sum, one) => sum + ('omitted' in one ? one.omitted : 1), 0);
  }

  /** Notes one event; `event` is an image (`streamImage`). */
  add(event: RunEvent, targets: readonly StreamTarget[], id?: string): void {
    if (isWritten(event)) {
      this.written += jsonSize(event);
      if (this.written > MAX_WRITTEN_BYTES) return this.omit();
    }
    const depths = targets.map(({ channel }) => this.channels.indexOf(channel));
    const first = Math.min(...depths);
    const end = Math.max(...depths) + 1;
    const usual = first === 0 && end === this.op.shown;
    const plain = end - first > 1 && targets.at(-1)?.prefix === '';
    const { mastraExecution, ...rest } = event;
    this.events.push({
      event: mastraExecution === this.op.leg ? rest : event,
      ...(id !== undefined && { id }),
      ...(!usual && { to: [first, end] }),
      ...(plain && { plain }),
    });
  }

  private omit(): void {
    const last = this.events.at(-1);
    if (last && 'omitted' in last) last.omitted++;
    else this.events.push({ omitted: 1 });
  }

  /** The events so far. With a step and its stored result, what the result says is left out. */
  entry(step?: string, result?: Record<string, unknown>): StoredOp {
    const all = { ...this.op, ...(step !== undefined && { step }), events: [...this.events] };
    return dependent(all, result);
  }
}

/** The `stepCallId` of the events of a step that is executed by an op. */
export function stepCallId(leg: string, op: string): string {
  return derivedUuid('step-call', leg, op);
}

function callOf({ leg, op }: Pick<StoredOp, 'leg' | 'op'>, step: string): StepCall {
  return { id: step, stepCallId: stepCallId(leg, op) };
}

const image = <T>(value: T) => JSON.parse(JSON.stringify(value)) as T;

/** What a step's `writer` wrote. */
export function isWritten({ type }: RunEvent): boolean {
  return type === 'workflow-step-output' || String(type).startsWith('data-');
}

/** The entry of an op of an earlier request, made again from its result. `own`: its events, where the result does not say all. */
export function retold(
  op: Omit<StoredOp, 'events'>,
  waiting: readonly StoredEvent[],
  result: Record<string, unknown> | undefined,
  own: readonly StoredEvent[] = result ? eventsOfStep({ id: '' }, result).map((_event, place) => place) : [],
): StoredOp {
  return { ...op, events: [...waiting, ...own], ...(result && { result }) };
}

/** An entry that needs no other result beside it. */
export function independent(op: StoredOp, stored: unknown): StoredOp {
  const refers = op.step !== undefined && !op.result && op.events.some(one => typeof one === 'number');
  return refers && isRecord(stored) ? { ...op, result: visible(stored) } : op;
}

/** The reverse of `independent`, for an entry that is written beside its step's result: what the result says is left out. */
function dependent(op: StoredOp, stored: unknown): StoredOp {
  if (op.step === undefined || !isRecord(stored)) return op;
  if (op.result) {
    const { result, ...rest } = op;
    return isDeepStrictEqual(image(result), image(stored)) ? rest : op;
  }
  const told = eventsOfStep(callOf(op, op.step), stored).map(image);
  const events = op.events.map((one): StoredEvent => {
    if (typeof one === 'number' || 'omitted' in one || one.id !== undefined || one.to) return one;
    const place = told.findIndex(event => isDeepStrictEqual(event, one.event));
    return place < 0 ? one : place;
  });
  return { ...op, events };
}

/** The events of an entry that needs no other result beside it. */
export function eventsIn(op: StoredOp): Exclude<StoredEvent, number>[] {
  const told = op.step === undefined || !op.result ? [] : eventsOfStep(callOf(op, op.step), op.result);
  return op.events.flatMap(one => {
    if (typeof one === 'object') {
      return ['omitted' in one ? one : { ...one, event: counted(one.event, op.leg) }];
    }
    const event = told[one];
    return event ? [{ event: image(event) }] : [];
  });
}

/** Progress is counted by leg. What is stored of a leg leaves its name out, so it is added again here. */
function counted(event: RunEvent, leg: string): RunEvent {
  return event.type === 'workflow-step-progress' ? { mastraExecution: leg, ...event } : event;
}

/** The key of a step's stored result under which this package keeps data of its own, the _rider_. Core hides this key from users. */
const RIDER = '__state';

interface Rider {
  /** The state that the step set. */
  state?: Record<string, unknown>;
  told?: PackedOp[];
  /** The step still executes: this is no result of it. */
  partial?: true;
}

/** An entry as it is stored, without the fields that have their usual value. */
export type PackedOp = Partial<Omit<StoredOp, 'step'>> & Pick<StoredOp, 'at'> & { step?: string | null };

const WHOLE: readonly StoredEvent[] = [0, 1, 2];

/** `step`: the one in whose stored result the entry rides. */
export function pack(
  { op, leg, at, shown, step, result, events }: StoredOp,
  runId: string,
  rides?: string,
): PackedOp {
  const isWhole = events.length === WHOLE.length && events.every((one, place) => one === WHOLE[place]);
  return {
    at,
    ...(op !== (step ?? rides) && { op }),
    ...(leg !== runId && { leg }),
    ...(shown !== 1 && { shown }),
    ...(step !== rides && { step: step ?? null }),
    ...(result && { result }),
    ...(!isWhole && { events }),
  };
}

function unpack(
  { op, leg, at, shown = 1, events, step, result }: PackedOp,
  runId: string,
  rides?: string,
): StoredOp {
  const own = step === undefined ? rides : (step ?? undefined);
  return {
    op: op ?? own ?? rides ?? '',
    leg: leg ?? runId,
    at,
    shown,
    ...(own !== undefined && { step: own }),
    ...(result && { result }),
    events: events ?? [...WHOLE],
  };
}

/** A step's result with its rider. The events are one text, which a store copies faster than an object. */
export function withRider(result: object, { told = [], ...rest }: Rider): Record<string, unknown> {
  const text = JSON.stringify(told);
  return { ...result, [RIDER]: Object.keys(rest).length > 0 ? { ...rest, told: text } : text };
}

/** The rider of a step's stored result. */
export function riderOf(result: unknown): Rider {
  const rider = isRecord(result) ? result[RIDER] : undefined;
  if (typeof rider === 'string') return { told: toldIn(rider) };
  if (!isRecord(rider)) return {};
  const { told, ...rest } = rider;
  return { ...rest, ...(typeof told === 'string' && { told: toldIn(told) }) };
}

function toldIn(text: string): PackedOp[] {
  return JSON.parse(text) as PackedOp[];
}

/** A step's stored result without its rider. */
export function visible(result: Record<string, unknown>): Record<string, unknown> {
  const { [RIDER]: _rider, ...shown } = result;
  return shown;
}

/** The results in a stored run without their riders, and without those of steps that still execute. */
export function visibleResults(context: Record<string, unknown>, running = false): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(context).flatMap(([id, result]) => {
      if (!isRecord(result) || !(RIDER in result)) return [[id, result]];
      return riderOf(result).partial && !running ? [] : [[id, visible(result)]];
    }),
  );
}

/** The stored events of a run, and its nested runs. The entries need no step's result beside them. */
export interface StoredStory {
  ops: Map<string, StoredOp>;
  nested: StoredNested[];
}

export function storedStory({ runId, context, inngest }: Snapshot): StoredStory {
  const settled = (inngest?.events ?? []) as unknown as (PackedOp | StoredNested)[];
  const ops = new Map<string, StoredOp>();
  const add = (packed: PackedOp, rides?: string) => {
    const op = unpack(packed, runId, rides);
    ops.set(opKey(op), independent(op, op.step === undefined ? undefined : context[op.step]));
  };
  for (const one of settled) if (!('nested' in one)) add(one);
  for (const [step, result] of Object.entries(context)) {
    for (const one of riderOf(result).told ?? []) add(one, step);
  }
  return { ops, nested: settled.filter(one => 'nested' in one) };
}

/** The same, as it is written into a row whose results have no riders. */
export function packedStory({ ops, nested }: StoredStory, runId: string, context: object = {}): Json {
  const results = context as Record<string, unknown>;
  const told = [...ops.values()]
    .filter(({ events }) => events.length > 0)
    .map(op => dependent(op, op.step === undefined ? undefined : results[op.step]));
  const packed = limited(told).map(op => pack(op, runId));
  return [...packed, ...nested] as unknown as Json;
}

/** The row's field `inngest` for a new leg, which replaces the results of the row: the events in a form that needs none of them. */
export function keptStory(snapshot: Snapshot): Snapshot['inngest'] {
  const { runId, inngest } = snapshot;
  const story = storedStory(snapshot);
  if (story.ops.size + story.nested.length === 0) return inngest;
  return { ...inngest, events: packedStory(story, runId) };
}

export function opKey({ leg, op }: Pick<StoredOp, 'leg' | 'op'>): string {
  return `${leg}/${op}`;
}

/** The earlier ops of a step, as many as there is room for; of the others, the events are counted. */
export class EarlierOps {
  private readonly kept = new Map<string, StoredOp>();
  private readonly seen = new Set<string>();
  private room = MAX_EARLIER_BYTES;
  private first?: StoredOp;
  private dropped = 0;

  has(key: string): boolean {
    return this.seen.has(key);
  }

  /** Takes in an entry that needs no other result beside it; one that was here before is replaced. */
  add(op: StoredOp): void {
    const key = opKey(op);
    if (!this.kept.has(key)) {
      if (this.seen.has(key)) return;
      this.seen.add(key);
      this.room -= jsonSize(op);
      if (this.room < 0) {
        this.first ??= op;
        this.dropped += countOf(op.events);
        return;
      }
    }
    this.kept.set(key, op);
  }

  /** All but one. */
  but(op: StoredOp): StoredOp[] {
    const others = [...this.kept.values()].filter(one => opKey(one) !== opKey(op));
    const { first, dropped } = this;
    if (!first || dropped === 0) return others;
    const { leg, at, shown, step } = first;
    return [
      ...others,
      { op: `${step ?? first.op} (omitted)`, leg, at, shown, events: [{ omitted: dropped }] },
    ];
  }
}

/** A story in which each step has no more of its earlier ops than there is room for. */
function limited(ops: readonly StoredOp[]): StoredOp[] {
  const last = new Map(ops.map(op => [op.step, op]));
  const earlier = new Map<string, EarlierOps>();
  const kept: StoredOp[] = [];
  for (const op of ops) {
    const { step } = op;
    if (step === undefined || last.get(step) === op) kept.push(op);
    else {
      const ofStep = earlier.get(step) ?? new EarlierOps();
      earlier.set(step, ofStep);
      ofStep.add(op);
    }
  }
  return [...kept, ...[...earlier].flatMap(([step, ofStep]) => ofStep.but({ ...EMPTY_OP, step }))];
}

const EMPTY_OP: StoredOp = { op: '', leg: '', at: [], shown: 1, events: [] };

function countOf(events: readonly StoredEvent[]): number {
  return events.reduce<number>(
    (sum, one) => sum + (typeof one === 'object' && 'omitted' in one ? one.omitted : 1),
    0,
  );
}

/** Compares two places in the order of causes. */
export function compareAt(one: readonly number[], other: readonly number[]): number {
  for (let place = 0; place < Math.max(one.length, other.length); place++) {
    const difference = (one[place] ?? -1) - (other[place] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
