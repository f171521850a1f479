import type { Value } from './values';
import { equal, failure, isNumber, kindOf, unknown } from './values';

type Comparison = '<' | '<=' | '>' | '>=';

function ordered(operator: Comparison, order: number): boolean {
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  if (operator === '>') return order > 0;
  return order >= 0;
}

function compare(operator: Comparison, a: Value, b: Value): Value {
  if (isNumber(a) && isNumber(b)) return ordered(operator, a < b ? -1 : a > b ? 1 : 0);
  if (typeof a === 'string' && typeof b === 'string') return ordered(operator, a < b ? -1 : a > b ? 1 : 0);
  if (typeof a === 'boolean' && typeof b === 'boolean') return ordered(operator, Number(a) - Number(b));
  if (a instanceof Date && b instanceof Date) return ordered(operator, a.getTime() - b.getTime());
  return failure;
}

function arithmetic(operator: string, a: Value, b: Value): Value {
  if (operator === '+' && typeof a === 'string' && typeof b === 'string') return a + b;
  if (operator === '+' && Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    if (operator === '+') return a + b;
    if (operator === '-') return a - b;
    if (operator === '*') return a * b;
    if (b === 0n) return failure;
    return operator === '/' ? a / b : a % b;
  }
  if (typeof a === 'number' && typeof b === 'number') {
    if (operator === '+') return a + b;
    if (operator === '-') return a - b;
    if (operator === '*') return a * b;
    return operator === '/' ? a / b : failure;
  }
  return failure;
}

function contains(item: Value, collection: Value): Value {
  if (Array.isArray(collection)) return collection.some(candidate => equal(candidate, item));
  if (kindOf(collection) === 'map')
    return typeof item === 'string' && Object.hasOwn(collection as object, item);
  return failure;
}

function plain(operator: string, a: Value, b: Value): Value {
  switch (operator) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, a, b);
    case 'in':
      return contains(a, b);
    default:
      return arithmetic(operator, a, b);
  }
}

const missing = (value: Value): boolean => value === unknown || value === failure;

/** What the real server makes of an operand that leads nowhere: only null equals it, and it sorts first. */
function withMissing(operator: string, a: Value, b: Value): Value {
  const nullThere = a === null || b === null;
  switch (operator) {
    case '==':
      return nullThere;
    case '!=':
      return !nullThere;
    case '<':
    case '<=':
      return missing(a);
    case '>':
    case '>=':
      return !missing(a);
    case '+':
      return a !== unknown ? a : b !== unknown ? b : false;
    default:
      return false;
  }
}

function zeroLike(value: Value): Value {
  if (typeof value === 'bigint') return 0n;
  if (typeof value === 'number') return 0;
  return typeof value === 'string' ? '' : null;
}

function shown(value: Value): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}

/** One binary operation, with the real server's rules for missing paths, null and mixed types. */
export function binary(operator: string, a: Value, b: Value): Value {
  if (missing(a) || missing(b)) return withMissing(operator, a, b);
  const result = plain(operator, a, b);
  if (result !== failure || kindOf(a) === kindOf(b)) return result;
  if (operator === '+') return shown(a) + shown(b);
  if (a === null) return plain(operator, zeroLike(b), b);
  if (b === null) return plain(operator, a, zeroLike(a));
  return result;
}
