import type { Expression } from '../expression/expression';
import type { Value } from '../expression/values';
import type { Json } from '../json';
import { canonical } from '../json';
import { bareEvent } from '../state/events';
import type { StoredEvent } from '../state/types';

/** What an expression evaluates to, as JSON; a path that leads nowhere is `false`, as on the real server. */
function jsonOf(value: Value): Json {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
  }
  return typeof value === 'symbol' ? false : value;
}

/** The value of a key for this event. */
export function keyValue(key: Expression, event: StoredEvent): Json {
  return jsonOf(key.value({ event: bareEvent(event) }));
}

/** The value as a text. The real server compares texts here: `7` and `"7"` are one key. */
export function keyText(key: Expression, event: StoredEvent): string {
  const value = keyValue(key, event);
  return typeof value === 'string' ? value : canonical(value);
}
