/**
 * Encodes values as JSON, and loses nothing without a word (I7): plain JSON stays as it is, so that the Inngest dashboard reads
 * well; what JSON would lose becomes a tagged object; what can't come back as it was is an error with its path. The table is in
 * docs/values.md.
 */
import { MessageList } from '@mastra/core/agent';
import { reasonOf } from '../errors';
import type { Json } from './json';
import { isRecord, setOwn } from './json';

/** Key of a tagged object. */
export const TAG = '$mastra';

/** Thrown by `encodeValue`; the caller adds the workflow, run and step. */
export class UnencodableValue extends TypeError {
  constructor(
    readonly reason: string,
    readonly path: string,
  ) {
    super(`${reason} at ${path}`);
  }
}

interface Encoder {
  /** Objects on the way from the root to here: meeting one again is a cycle, meeting it elsewhere is sharing. */
  ancestors: Set<object>;
  /** How many more values may be visited. */
  room: number;
}

type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/**
 * Encodes any supported value. Of one that is not (a BigInt, a function, a symbol, a promise, a cycle, a getter that throws, more
 * values than `most`), it throws an `UnencodableValue` and nothing else: another error would count as a crash and be retried.
 */
export function encodeValue(value: unknown, path = '$', most = Infinity): Json {
  return encode(value, path, { ancestors: new Set(), room: most });
}

export function tagged(type: string, value?: Json): Json {
  return value === undefined ? { [TAG]: type } : { [TAG]: type, value };
}

function encode(value: unknown, path: string, encoder: Encoder): Json {
  if (encoder.room-- <= 0) throw new UnencodableValue("So many values can't be stored", path);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return encodeText(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : tagged('number', Object.is(value, -0) ? '-0' : String(value));
  }
  if (value === undefined) return tagged('undefined');
  if (typeof value !== 'object') throw new UnencodableValue(`A ${typeof value} can't be stored`, path);
  if (encoder.ancestors.has(value)) throw new UnencodableValue("A circular reference can't be stored", path);
  encoder.ancestors.add(value);
  try {
    return encodeObject(value, path, encoder);
  } catch (error) {
    throw error instanceof UnencodableValue ? error : unreadable(error, path);
  } finally {
    encoder.ancestors.delete(value);
  }
}

/** User code (a getter, `toJSON`, a proxy's trap) may throw anything, and a value that is nested too deep overflows the stack. */
function unreadable(error: unknown, path: string): UnencodableValue {
  if (error instanceof RangeError) {
    return new UnencodableValue("A value that is nested so deep can't be stored", `${path.slice(0, 200)}…`);
  }
  return new UnencodableValue(`A value that can't be read (${reasonOf(error)}) can't be stored`, path);
}

/** Half a surrogate pair is no Unicode text: the Inngest server refuses it or puts another character in its place. */
export function encodeText(text: string): Json {
  return text.isWellFormed() ? text : tagged('string', Buffer.from(text, 'utf16le').toString('base64'));
}

function encodeObject(value: object, path: string, encoder: Encoder): Json {
  if (Array.isArray(value)) {
    // Array.from visits holes, too, which `map` would leave out.
    return Array.from(value, (item, index) =>
      index in value ? encode(item, `${path}[${index}]`, encoder) : tagged('hole'),
    );
  }
  if (value instanceof Error) return encodeError(value, path, encoder);
  return encodeBuiltIn(value, path, encoder) ?? encodePlain(value, path, encoder);
}

function encodeBuiltIn(value: object, path: string, encoder: Encoder): Json | undefined {
  if (value instanceof Date) {
    return tagged('Date', Number.isNaN(value.getTime()) ? null : value.toISOString());
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, item], index) => [
      encode(key, `${path}.keys()[${index}]`, encoder),
      encode(item, `${path}${placeInMap(key, index)}`, encoder),
    ]);
    return tagged('Map', entries);
  }
  if (value instanceof Set) {
    return tagged(
      'Set',
      [...value].map((item, index) => encode(item, `${path}.values()[${index}]`, encoder)),
    );
  }
  if (value instanceof RegExp) return tagged('RegExp', [encodeText(value.source), value.flags]);
  if (value instanceof MessageList) {
    return tagged('MessageList', encode(value.serialize(), `${path}.serialize()`, encoder));
  }
  if (value instanceof URL) return tagged('URL', value.href);
  if (value instanceof ArrayBuffer) return tagged('ArrayBuffer', Buffer.from(value).toString('base64'));
  if (ArrayBuffer.isView(value)) return encodeView(value, path);
  if (
    value instanceof Promise ||
    value instanceof WeakMap ||
    value instanceof WeakSet ||
    value instanceof WeakRef
  ) {
    throw new UnencodableValue(`A ${value.constructor.name} can't be stored`, path);
  }
  return undefined;
}

/** A plain object has no name to show, and converting it to a text may throw. */
function placeInMap(key: unknown, index: number): string {
  return typeof key === 'object' && key !== null ? `.values()[${index}]` : `.get(${String(key)})`;
}

function encodeView(value: ArrayBufferView, path: string): Json {
  // Mastra's stores keep snapshots as JSON, which has no 64-bit integers.
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) {
    throw new UnencodableValue(`A ${value.constructor.name} can't be stored`, path);
  }
  const type = Buffer.isBuffer(value) ? 'Buffer' : (value as TypedArray | DataView).constructor.name;
  return tagged(type, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'));
}

/** Own enumerable properties of an object. */
function encodeFields(value: object, path: string, encoder: Encoder): Record<string, Json> {
  const out: Record<string, Json> = {};
  // The Inngest server sorts keys; sorting them here makes the first pass see what every replay sees.
  for (const key of Object.keys(value).sort()) {
    if (!key.isWellFormed())
      throw new UnencodableValue("A name with half a surrogate pair can't be stored", path);
    const item = (value as Record<string, unknown>)[key];
    setOwn(out, key, encode(item, `${path}.${key}`, encoder));
  }
  return out;
}

function encodePlain(value: object, path: string, encoder: Encoder): Json {
  const { toJSON } = value as { toJSON?: unknown };
  // A class with `toJSON` is stored as what that returns, and does not come back as the class (docs/values.md).
  if (typeof toJSON === 'function') return encode((toJSON as () => unknown).call(value), path, encoder);
  const fields = encodeFields(value, path, encoder);
  return TAG in value ? tagged('Object', fields) : fields;
}

function encodeError(error: Error, path: string, encoder: Encoder): Json {
  const { name, message, stack } = error as { name?: unknown; message?: unknown; stack?: unknown };
  const out: Record<string, Json> = { name: encodeText(String(name)), message: encodeText(String(message)) };
  if (typeof stack === 'string' && stack) out.stack = encodeText(stack);
  if (error.cause !== undefined) out.cause = encode(error.cause, `${path}.cause`, encoder);
  const json = ownJson(error);
  if (json !== undefined) out.json = encode(json, `${path}.toJSON()`, encoder);
  const fields = encodeErrorFields(error, path, encoder);
  if (Object.keys(fields).length > 0) out.fields = fields;
  const hidden = hiddenFields.get(error);
  if (hidden) out.hidden = encode(hidden, path, encoder);
  return tagged('Error', out);
}

/** Key of a decoded error's JSON, where its class or a `toJSON` of its own defines that. */
export const statedJson = new WeakMap<Error, unknown>();

/** Key of fields that a decoded error has, but does not list: its class has them, as DOMException has `code`. */
export const hiddenFields = new WeakMap<Error, Record<string, unknown>>();

/**
 * What the `toJSON` of an error returns: of its class (such as MastraError), or of its own. The one that core adds to every other
 * error is left out.
 */
function ownJson(error: Error): unknown {
  if (statedJson.has(error)) return statedJson.get(error);
  const { toJSON } = error as { toJSON?: unknown };
  const own = Object.getOwnPropertyDescriptor(error, 'toJSON');
  if (typeof toJSON !== 'function' || own?.enumerable === false) return undefined;
  return (toJSON as () => unknown).call(error);
}

/** Custom fields (`statusCode`, `code`, …). One that can't be stored must not hide the error itself, so it is left out. */
function encodeErrorFields(error: Error, path: string, encoder: Encoder): Record<string, Json> {
  const fields: Record<string, Json> = {};
  for (const key of Object.keys(error)) {
    try {
      const item = (error as unknown as Record<string, unknown>)[key];
      if (item !== undefined) setOwn(fields, key, encode(item, `${path}.${key}`, encoder));
    } catch (cause) {
      if (!(cause instanceof UnencodableValue)) throw cause;
    }
  }
  return fields;
}

/** Encodes a value that must be an object of fields, e.g. an event's data. */
export function encodeRecord(value: object, path = '$'): Record<string, Json> {
  const encoded = encodeValue(withoutUndefined(value), path);
  return isRecord(encoded) ? encoded : {};
}

/** True for values that are stored alike. */
export function sameValue(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(encodeValue(left)) === JSON.stringify(encodeValue(right));
}

/** The object without its undefined fields: in our own records an absent field means the same. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
