import type { Expression } from '../expression/expression';
import type { Json } from '../json';
import { text } from '../json';
import { bareEvent } from '../state/events';
import type { StoredEvent } from '../state/types';
import type { Checks } from './checks';
import { readableKey } from './checks';

/** The real server's bounds, in seconds. (Inngest's documentation and cloud have narrower ones, of 600.) */
const bound = 12 * 60 * 60;

/** Reads `priority`: the expression that says how many seconds a run goes ahead of its time. */
export function parsePriority(given: Json | undefined, checks: Checks): Expression | undefined {
  return readableKey(text(given, 'run'), checks);
}

/** How many seconds a run goes ahead; 0 unless the expression gives a whole number. */
export function priorityOf(priority: Expression | undefined, event: StoredEvent): number {
  const value = priority?.value({ event: bareEvent(event) });
  if (typeof value !== 'bigint') return 0;
  return Math.min(Math.max(Number(value), -bound), bound);
}
