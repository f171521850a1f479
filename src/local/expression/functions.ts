import type { Value } from './values';
import { failure, isNumber, kindOf, unknown } from './values';

function size(value: Value): Value {
  if (typeof value === 'string') return BigInt([...value].length);
  if (Array.isArray(value)) return BigInt(value.length);
  return kindOf(value) === 'map' ? BigInt(Object.keys(value as object).length) : failure;
}

function toInt(value: Value): Value {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  return value instanceof Date ? BigInt(Math.floor(value.getTime() / 1000)) : failure;
}

function toDouble(value: Value): Value {
  if (isNumber(value)) return Number(value);
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
    ? Number(value)
    : failure;
}

function toText(value: Value): Value {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return isNumber(value) || typeof value === 'boolean' ? String(value) : failure;
}

function toTimestamp(value: Value): Value {
  if (value instanceof Date) return value;
  if (isNumber(value)) return new Date(Number(value));
  const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(parsed) ? failure : new Date(parsed);
}

function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value;
  return value === 'true' ? true : value === 'false' ? false : failure;
}

function matches(subject: Value, pattern: Value): Value {
  if (typeof subject !== 'string' || typeof pattern !== 'string') return failure;
  try {
    return new RegExp(pattern, 'u').test(subject);
  } catch {
    return failure;
  }
}

const ofText =
  (apply: (text: string, argument: string) => Value) =>
  (subject: Value, argument: Value): Value =>
    typeof subject === 'string' && typeof argument === 'string' ? apply(subject, argument) : failure;

const library: Record<string, { arity: number; apply: (subject: Value, argument: Value) => Value }> = {
  size: { arity: 1, apply: size },
  int: { arity: 1, apply: toInt },
  double: { arity: 1, apply: toDouble },
  string: { arity: 1, apply: toText },
  bool: { arity: 1, apply: toBool },
  date: { arity: 1, apply: toTimestamp },
  timestamp: { arity: 1, apply: toTimestamp },
  lowercase: { arity: 1, apply: ofText(text => text.toLowerCase()) },
  uppercase: { arity: 1, apply: ofText(text => text.toUpperCase()) },
  b64decode: { arity: 1, apply: ofText(text => Buffer.from(text, 'base64').toString('utf8')) },
  now: { arity: 0, apply: () => new Date() },
  trim: { arity: 1, apply: ofText(text => text.trim()) },
  startsWith: { arity: 2, apply: ofText((text, part) => text.startsWith(part)) },
  endsWith: { arity: 2, apply: ofText((text, part) => text.endsWith(part)) },
  contains: { arity: 2, apply: ofText((text, part) => text.includes(part)) },
  matches: { arity: 2, apply: matches },
};

export function isFunction(name: string): boolean {
  return Object.hasOwn(library, name);
}

/** Calls `name(...values)` or `value.name(...)`; an argument that leads nowhere makes it false, a size 0. */
export function call(name: string, values: Value[]): Value {
  const entry = Object.hasOwn(library, name) ? library[name] : undefined;
  if (!entry || entry.arity !== values.length) return failure;
  if (values.some(value => value === unknown || value === failure)) return name === 'size' ? 0n : false;
  return entry.apply(values[0] ?? null, entry.arity < 2 ? '' : (values[1] ?? null));
}
