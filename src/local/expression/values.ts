import type { JsonObject } from '../json';

/** A path that leads nowhere. Comparisons treat it in their own way; see `operators.ts`. */
export const unknown = Symbol('unknown');
/** The result of an operation that has no meaning, such as `'a' < 1`. */
export const failure = Symbol('failure');

export type Value =
  | typeof unknown
  | typeof failure
  | null
  | boolean
  | bigint
  | number
  | string
  | Date
  | Value[]
  | { [key: string]: Value };

export type Kind =
  'unknown' | 'failure' | 'null' | 'bool' | 'int' | 'double' | 'string' | 'timestamp' | 'list' | 'map';

export function kindOf(value: Value): Kind {
  if (value === unknown) return 'unknown';
  if (value === failure) return 'failure';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Date) return 'timestamp';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return 'map';
  }
}

/** Numbers of a payload are doubles, literals without a point are ints: they compare but do not multiply. */
export function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

export function truthy(value: Value): boolean {
  if (value === unknown || value === failure || value === null) return false;
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return value !== false;
}

export function equal(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return a == b;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equal(item, b[index] as Value));
  }
  if (kindOf(a) === 'map' && kindOf(b) === 'map') {
    const [left, right] = [a as { [key: string]: Value }, b as { [key: string]: Value }];
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every(key => Object.hasOwn(right, key) && equal(left[key] as Value, right[key] as Value))
    );
  }
  return a === b;
}

/** The variables an expression sees: `event`, and `async` for waits and cancellations. */
export type Scope = { event: JsonObject; async?: JsonObject };
