/**
 * Encodes whatever somebody threw. Unlike `encodeValue` it refuses nothing: what can't be stored, can't be read or is too large
 * is left out, and a text says so in its place. It never throws, and what it makes has a limit.
 */
import { reasonOf } from '../errors';
import { encodeText, encodeValue, tagged, UnencodableValue } from './encode';
import { type Json, setOwn } from './json';
import { leftOut, shortened, unreadable } from './left-out';
import { jsonSize } from './limits';

/** How much of a value is kept. */
interface Measure {
  /** Characters of one text, bytes of one binary value or of one instance of a class. */
  text: number;
  /** Items of one list, fields of one object. */
  items: number;
  depth: number;
  /** Values in all. */
  values: number;
}

/** Tried one after the other until the whole fits: long texts go first, then long lists, then what lies deep. */
const MEASURES: readonly Measure[] = [
  { text: 1024 * 1024, items: 100_000, depth: 100, values: 100_000 },
  { text: 128 * 1024, items: 100_000, depth: 100, values: 100_000 },
  { text: 16 * 1024, items: 1000, depth: 30, values: 20_000 },
  { text: 2048, items: 100, depth: 8, values: 5000 },
  { text: 512, items: 50, depth: 3, values: 500 },
];
const LEAST: Measure = { text: 256, items: 20, depth: 1, values: 100 };

/** Characters of an error's message and of its stack that are kept in any case. */
const OF_MESSAGE = 4096;

/** Fields that a class may give its errors without making them their own (a DOMException's code, an AggregateError's errors). */
const GIVEN_BY_CLASS = ['code', 'status', 'statusCode', 'errors'];

/** The value exceeds the measure: the next smaller one is tried. Never thrown to the outside. */
class TooMuch extends UnencodableValue {}

/** A value as JSON, in at most so many bytes. */
export function encodeTolerantly(value: unknown, most: number): Json {
  for (const measure of MEASURES) {
    const encoded = within(value, measure);
    if (encoded !== undefined && sizeOf(encoded) <= most) return encoded;
  }
  const least = within(value, LEAST);
  return least !== undefined && sizeOf(least) <= most ? least : leftOut('a value that is too large');
}

function within(value: unknown, measure: Measure): Json | undefined {
  try {
    return new TolerantEncoder(measure).encode(value, 0);
  } catch {
    return undefined;
  }
}

function sizeOf(json: Json): number {
  try {
    return jsonSize(json);
  } catch {
    return Infinity;
  }
}

class TolerantEncoder {
  private readonly ancestors = new Set<object>();
  private values = 0;

  constructor(private readonly most: Measure) {}

  encode(value: unknown, depth: number): Json {
    if (++this.values > this.most.values) throw new TooMuch('More values than are kept', '$');
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'bigint') return leftOut(`a bigint, ${shortened(String(value), 100)}`);
    if (typeof value === 'function' || typeof value === 'symbol') return leftOut(`a ${typeof value}`);
    if (typeof value !== 'object' || value === null) return encodeValue(value);
    if (this.ancestors.has(value)) return leftOut('a circular reference');
    if (depth > this.most.depth) return leftOut('a value that is nested too deep');
    this.ancestors.add(value);
    try {
      return this.object(value, depth);
    } catch (error) {
      if (error instanceof TooMuch) throw error;
      return unreadable(error);
    } finally {
      this.ancestors.delete(value);
    }
  }

  private text(value: string): Json {
    const isTooLong = value.length > this.most.text;
    return isTooLong ? leftOut(`a text of ${value.length} characters`) : encodeText(value);
  }

  private object(value: object, depth: number): Json {
    if (Array.isArray(value)) return this.list(value, depth);
    if (value instanceof Error) return this.error(value, depth);
    const { toJSON } = value as { toJSON?: unknown };
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === null || prototype === Object.prototype;
    if (!isPlain) return this.instance(value);
    if (typeof toJSON === 'function') return this.encode((toJSON as () => unknown).call(value), depth + 1);
    const fields = this.fields(value, Object.keys(value), depth);
    return '$mastra' in fields ? tagged('Object', fields) : fields;
  }

  private list(value: readonly unknown[], depth: number): Json {
    const kept = Math.min(value.length, this.most.items);
    const items: Json[] = [];
    for (let index = 0; index < kept; index++) items.push(this.item(value, index, depth));
    const more = value.length - kept;
    return more > 0 ? [...items, leftOut(`${more} more items`)] : items;
  }

  private item(value: readonly unknown[], index: number, depth: number): Json {
    return index in value ? this.encode(value[index], depth + 1) : tagged('hole');
  }

  /** An instance of a class is stored whole or not at all: the fields of a socket, say, are of no use. */
  private instance(value: object): Json {
    const name = shortened(reasonOf(classOf(value)), 100);
    if (ArrayBuffer.isView(value) && value.byteLength > this.most.text) {
      return leftOut(`${value.byteLength} bytes (${name})`);
    }
    try {
      const encoded = encodeValue(value, '$', this.most.values);
      const size = jsonSize(encoded);
      return size > this.most.text + 100 ? leftOut(`${size} bytes (${name})`) : encoded;
    } catch {
      return leftOut(`of class ${name}`);
    }
  }

  /** `isRecord`: undefined fields are left out, since an absent one means the same. */
  private fields(
    value: object,
    keys: readonly string[],
    depth: number,
    isRecord = false,
  ): Record<string, Json> {
    const out: Record<string, Json> = {};
    for (const key of keys.slice(0, this.most.items).sort()) {
      const item = field(value, key);
      if (isRecord && item === undefined) continue;
      setOwn(out, shortened(key.toWellFormed(), this.most.text), this.encode(item, depth + 1));
    }
    const more = keys.length - this.most.items;
    if (more > 0) out['…'] = leftOut(`${more} more fields`);
    return out;
  }

  private error(error: Error, depth: number): Json {
    const of = (key: string) => read(error, key);
    const text = (value: unknown) =>
      encodeText(shortened(reasonOf(value), Math.max(this.most.text, OF_MESSAGE)));
    const out: Record<string, Json> = { name: text(of('name')), message: text(of('message') ?? '') };
    const stack = of('stack');
    if (typeof stack === 'string' && stack) out.stack = text(stack);
    const cause = of('cause');
    if (cause !== undefined) out.cause = this.encode(cause, depth + 1);
    const json = this.stated(error, depth);
    if (json !== undefined) out.json = json;
    const own = ownKeys(error);
    const fields = this.fields(error, own.filter(isField), depth, true);
    if (Object.keys(fields).length > 0) out.fields = fields;
    const hidden = this.fields(
      error,
      GIVEN_BY_CLASS.filter(key => !own.includes(key)),
      depth,
      true,
    );
    if (Object.keys(hidden).length > 0) out.hidden = hidden;
    return tagged('Error', out);
  }

  /** What the error's `toJSON` returns. If that throws, the error is encoded like one without it. */
  private stated(error: Error, depth: number): Json | undefined {
    try {
      const { toJSON } = error as { toJSON?: unknown };
      if (typeof toJSON !== 'function') return undefined;
      const json: unknown = (toJSON as () => unknown).call(error);
      return json === undefined ? undefined : this.encode(json, depth + 1);
    } catch (thrown) {
      if (thrown instanceof TooMuch) throw thrown;
      return undefined;
    }
  }
}

/** A field, or a text in its place where it can't be read. */
function field(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch (error) {
    return unreadable(error);
  }
}

function isField(key: string): boolean {
  return key !== 'toJSON';
}

function classOf(value: object): unknown {
  return (value.constructor as { name?: unknown } | undefined)?.name ?? 'unknown';
}

function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function ownKeys(error: Error): string[] {
  try {
    return Object.keys(error);
  } catch {
    return [];
  }
}
