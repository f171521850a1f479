/**
 * How a memo says what is known already. The steps of an agent pass on all that was said so far, and a memo comes back with every
 * later request: so a part of an output that stands in what the step was given is stored as the place where it stands.
 */
import type { StepParams } from '../core-types';
import { FinalError } from '../errors';
import { TAG, encodeValue, tagged } from '../wire/encode';
import { type Json, type JsonObject, isRecord, setOwn } from '../wire/json';
import type { EngineParts } from './engine-parts';

/** Characters of JSON of the shortest part that is stored as a place. */
const SHORTEST = 96;
/** Characters of a text that is recognised by a number. */
const LONG = 40;

/** A place: the name of a root, and keys and indexes from there. */
type Place = (string | number)[];

const PLACE = 'known';
/** Consecutive items of a known array, within an array: the array's place, the first index, how many. */
const ITEMS = 'known items';

/** What a part of a value is recognised by, and how long it is as JSON. */
interface Mark {
  id: string;
  size: number;
}

/** What a step is given, and what of it an output says again. */
export class KnownValues {
  private found?: FoundPlaces;

  constructor(
    private readonly roots: Record<string, unknown>,
    private readonly marks: Marks,
  ) {}

  /** An encoded value with places instead of what is known. */
  shorten(json: Json): Json {
    this.found ??= this.findPlaces();
    return this.found.shortened(json);
  }

  private findPlaces(): FoundPlaces {
    const found = new FoundPlaces(this.marks);
    for (const [name, root] of Object.entries(this.roots)) found.add(this.marks.encoded(root), [name]);
    return found;
  }

  /** The encoded value that `shorten` was given. @throws FinalError `GRAPH_CHANGED` where a place is not there any more */
  restore(json: Json): Json {
    if (Array.isArray(json)) return json.flatMap(item => this.items(item) ?? [this.restore(item)]);
    if (!isRecord(json)) return json;
    if (json[TAG] === PLACE) return encodeValue(this.at(json.value as Place));
    if (TAG in json) return json;
    const out: JsonObject = {};
    for (const [key, item] of Object.entries(json)) setOwn(out, key, this.restore(item));
    return out;
  }

  private items(json: Json): Json[] | undefined {
    if (!isRecord(json) || json[TAG] !== ITEMS) return undefined;
    const [place, from, count] = json.value as [Place, number, number];
    const list = this.at(place);
    if (!Array.isArray(list)) throw gone(place);
    return list.slice(from, from + count).map(item => encodeValue(item));
  }

  private at(place: Place): unknown {
    let value: unknown = this.roots;
    for (const key of place) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) throw gone(place);
      value = (value as Record<string | number, unknown>)[key];
    }
    return value;
  }
}

/** What the step is given: the results of the entries before it, and what comes from the one before. */
export function knownOf({ plan, graph, marks }: EngineParts, params: StepParams): KnownValues | undefined {
  if (!plan) return undefined;
  const { executionContext, stepResults } = params;
  const [index = 0] = executionContext.executionPath;
  const roots: Record<string, unknown> = { given: params.prevOutput, input: stepResults.input };
  for (const entry of graph.slice(0, index)) {
    const id = entry.type === 'loop' || entry.type === 'foreach' ? idOf(entry.step) : idOf(entry);
    const result = stepResults[id];
    // What is computed anew by each replay may change with a new version of it.
    if (result?.status === 'success' && !plan.pure.includes(id)) roots[`> ${id}`] = result.output;
  }
  return new KnownValues(roots, marks);
}

function idOf(entry: object): string {
  const { step, id } = entry as { step?: { id: string }; id?: string };
  return step?.id ?? id ?? '';
}

function gone(place: Place): FinalError {
  return new FinalError(
    'GRAPH_CHANGED',
    `A remembered result refers to ${place.join('.')}, which is not there in this version of the workflow. Start another run.`,
  );
}

/** Marks of parts of JSON; equal parts have equal ones. Kept for a whole request, since each op is given the same texts. */
export class Marks {
  private readonly containers = new WeakMap<object, Mark>();
  private readonly encodings = new WeakMap<object, Json>();
  private readonly strings = new Map<string, number>();
  private readonly texts = new Map<string, number>();

  of(json: Json): Mark {
    if (typeof json === 'string') {
      const size = json.length + 2;
      return { id: size < LONG ? JSON.stringify(json) : `"#${numberOf(json, this.strings)}`, size };
    }
    if (typeof json !== 'object' || json === null) return { id: String(json), size: String(json).length };
    const before = this.containers.get(json);
    if (before) return before;
    const made = this.ofContainer(json);
    this.containers.set(json, made);
    return made;
  }

  /** What a step was given or gave, encoded: it stays as it is. */
  encoded(value: unknown): Json {
    if (typeof value !== 'object' || value === null) return encodeValue(value);
    const before = this.encodings.get(value);
    if (before !== undefined) return before;
    const made = encodeValue(value);
    this.encodings.set(value, made);
    return made;
  }

  private ofContainer(json: Json[] | JsonObject): Mark {
    const parts = Array.isArray(json)
      ? json.map(item => this.of(item))
      : Object.entries(json).flatMap(([key, item]) => [this.of(key), this.of(item)]);
    const text = parts.map(({ id }) => id).join(',');
    const size = parts.reduce((sum, part) => sum + part.size + 1, 1);
    const whole = Array.isArray(json) ? `[${text}]` : `{${text}}`;
    return { id: whole.length < LONG ? whole : `#${numberOf(whole, this.texts)}`, size };
  }
}

function numberOf(text: string, known: Map<string, number>): number {
  const number = known.get(text) ?? known.size;
  known.set(text, number);
  return number;
}

/** Where a part stands, and the array that it is an item of. */
interface Found {
  place: Place;
  list?: { place: Place; items: Json[]; at: number };
}

/** Consecutive items of one known array. */
interface Run {
  list: Place;
  items: Json[];
  from: number;
  count: number;
  size: number;
}

/** All parts of what is known. */
class FoundPlaces {
  private readonly byId = new Map<string, Found>();

  constructor(private readonly marks: Marks) {}

  /** Notes where each part stands; of equal ones, the first. Short ones matter as items, which may stand for many. */
  add(json: Json, place: Place, list?: Found['list']): void {
    const { id, size } = this.marks.of(json);
    if (size < SHORTEST && !list) return;
    if (!this.byId.has(id)) this.byId.set(id, { place, ...(list && { list }) });
    if (Array.isArray(json)) {
      json.forEach((item, at) => this.add(item, [...place, at], { place, items: json, at }));
    } else if (isRecord(json) && !(TAG in json)) {
      for (const [key, item] of Object.entries(json)) this.add(item, [...place, key]);
    }
  }

  shortened(json: Json): Json {
    const { id, size } = this.marks.of(json);
    if (size < SHORTEST) return json;
    const found = this.byId.get(id);
    if (found) return tagged(PLACE, found.place);
    if (Array.isArray(json)) return this.items(json);
    if (!isRecord(json) || TAG in json) return json;
    const out: JsonObject = {};
    for (const [key, item] of Object.entries(json)) setOwn(out, key, this.shortened(item));
    return out;
  }

  /** The items of an array; those that follow each other in a known one, as one. */
  private items(items: readonly Json[]): Json[] {
    const out: Json[] = [];
    let run: Run | undefined;
    for (const item of items) {
      if (run && this.goesOn(run, item)) continue;
      if (run) out.push(...this.ended(run));
      run = this.begun(item);
      if (!run) out.push(this.shortened(item));
    }
    return run ? [...out, ...this.ended(run)] : out;
  }

  private begun(item: Json): Run | undefined {
    const { id, size } = this.marks.of(item);
    const { list } = this.byId.get(id) ?? {};
    return list && { list: list.place, items: list.items, from: list.at, count: 1, size };
  }

  private goesOn(run: Run, item: Json): boolean {
    const next = run.items[run.from + run.count];
    const { id, size } = this.marks.of(item);
    if (next === undefined || this.marks.of(next).id !== id) return false;
    run.count += 1;
    run.size += size;
    return true;
  }

  private ended({ list, items, from, count, size }: Run): Json[] {
    if (count > 1 && size >= SHORTEST) return [tagged(ITEMS, [list, from, count])];
    return items.slice(from, from + count).map(item => this.shortened(item));
  }
}
