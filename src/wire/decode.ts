/** The inverse of `encodeValue`: makes of JSON the very values that were encoded. */
import { MessageList } from '@mastra/core/agent';
import { TAG, encodeValue, hiddenFields, statedJson } from './encode';
import { isRecord, setOwn } from './json';

type MessageListState = Parameters<MessageList['deserialize']>[0];

const ERROR_TYPES: Record<string, new (message?: string) => Error> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

const VIEWS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;

/** Decodes what `encodeValue` made; other JSON comes back unchanged. */
export function decodeValue(json: unknown): unknown {
  if (Array.isArray(json)) return decodeArray(json);
  if (!isRecord(json)) return json;
  if (typeof json[TAG] === 'string') return decodeTagged(json[TAG], json.value);
  return decodeFields(json);
}

/** A hole stays one: `[1, , 3]` has no index 1. */
function decodeArray(json: readonly unknown[]): unknown[] {
  const out = new Array<unknown>(json.length);
  json.forEach((item, index) => {
    if (!isRecord(item) || item[TAG] !== 'hole') out[index] = decodeValue(item);
  });
  return out;
}

function decodeFields(json: Record<string, unknown>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(json)) setOwn(out, key, decodeValue(item));
  return out;
}

function decodeTagged(type: string, value: unknown): unknown {
  switch (type) {
    case 'undefined':
      return undefined;
    case 'number':
      return Number(value);
    case 'string':
      return Buffer.from(String(value), 'base64').toString('utf16le');
    case 'Date':
      return new Date(typeof value === 'string' ? value : Number.NaN);
    case 'Map':
      return new Map(
        (value as [unknown, unknown][]).map(([key, item]) => [decodeValue(key), decodeValue(item)]),
      );
    case 'Set':
      return new Set((value as unknown[]).map(decodeValue));
    case 'RegExp': {
      const [source, flags] = decodeValue(value) as [string, string];
      return new RegExp(source, flags);
    }
    case 'URL':
      return new URL(String(value));
    case 'MessageList':
      return new MessageList().deserialize(decodeValue(value) as MessageListState);
    case 'Error':
      return decodeError(value as Record<string, unknown>);
    case 'Object':
      return decodeFields(value as Record<string, unknown>);
    default:
      return decodeBytes(type, String(value));
  }
}

function decodeBytes(type: string, base64: string): unknown {
  const bytes = Buffer.from(base64, 'base64');
  if (type === 'Buffer') return bytes;
  // A copy of its own: a Buffer may be a window into a shared pool, with an offset that other views can't take.
  const { buffer } = new Uint8Array(bytes);
  if (type === 'ArrayBuffer') return buffer;
  if (type === 'DataView') return new DataView(buffer);
  const View = VIEWS[type as keyof typeof VIEWS];
  return View ? new View(buffer) : bytes;
}

function decodeError(value: Record<string, unknown>): Error {
  const name = String(decodeValue(value.name));
  const message = String(decodeValue(value.message));
  const ErrorType = ERROR_TYPES[name];
  // eslint-disable-next-line no-restricted-syntax -- a user's plain Error must come back as one
  const error = ErrorType ? new ErrorType(message) : new Error(message);
  const hidden = { enumerable: false, configurable: true, writable: true };
  if (error.name !== name) Object.defineProperty(error, 'name', { value: name, ...hidden });
  Object.defineProperty(error, 'stack', {
    value: decodeValue(value.stack) ?? `${name}: ${message}`,
    ...hidden,
  });
  if ('cause' in value) Object.defineProperty(error, 'cause', { value: decodeValue(value.cause), ...hidden });
  if ('json' in value) {
    const json = decodeValue(value.json);
    statedJson.set(error, json);
    Object.defineProperty(error, 'toJSON', { value: () => json, ...hidden });
  }
  if (isRecord(value.hidden)) {
    const fields = decodeFields(value.hidden);
    hiddenFields.set(error, fields);
    for (const [key, item] of Object.entries(fields)) {
      Object.defineProperty(error, key, { value: item, ...hidden });
    }
  }
  if (isRecord(value.fields)) {
    for (const [key, item] of Object.entries(value.fields)) {
      Object.defineProperty(error, key, { value: decodeValue(item), ...hidden, enumerable: true });
    }
  }
  return error;
}

/** A copy of a value as it comes back from a store: nothing of it is shared with the value itself. */
export function storedCopy<T>(value: T): T {
  return decodeValue(encodeValue(value)) as T;
}
