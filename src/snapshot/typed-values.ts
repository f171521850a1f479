import { decodeValue } from '../wire/decode';
import { encodeRecord } from '../wire/encode';
import type { Json } from '../wire/json';
import type { Snapshot } from './snapshot';

/** The values of a stored run, with types such as Date and Map that plain JSON loses. */
export interface TypedValues {
  context: Record<string, unknown>;
  value: Record<string, unknown>;
  result: unknown;
  error: unknown;
  tripwire: unknown;
}

/** The values in an encoding that keeps their types, where plain JSON would lose one: no value is changed without a word (I7). */
export function encodedValues(snapshot: Snapshot): { encoded?: Json } {
  const { context, value, result, error, tripwire } = snapshot;
  const encoded = encodeRecord({ context, value, result, error, tripwire });
  return JSON.stringify(encoded).includes('"$mastra"') ? { encoded } : {};
}

/** The values of a stored run with their types. A row that another writer wrote has only what plain JSON keeps. */
export function typedValues(snapshot: Snapshot): TypedValues {
  const { encoded } = snapshot.inngest ?? {};
  if (encoded !== undefined) return decodeValue(encoded) as TypedValues;
  const { context, value, result, error, tripwire } = snapshot;
  return { context, value, result, error, tripwire };
}
