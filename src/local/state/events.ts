import type { JsonObject } from '../json';
import { canonical } from '../json';
import type { StoredEvent } from './types';

/** An event as it travels to apps: `user` is always there, `v` only if it was sent. */
export function eventPayload(event: StoredEvent): JsonObject {
  const payload: JsonObject = {
    data: event.data,
    id: event.id,
    name: event.name,
    ts: event.ts,
    user: event.user ?? {},
  };
  if (event.v !== undefined) payload['v'] = event.v;
  return payload;
}

/** An event as it is listed and nested: `user` only if it was sent. */
export function bareEvent(event: StoredEvent): JsonObject {
  const payload = eventPayload(event);
  if (event.user === undefined) delete payload['user'];
  return payload;
}

export function eventJson(event: StoredEvent): string {
  return canonical(eventPayload(event));
}

/** How the names of the server's own events begin. */
export const internalPrefix = 'inngest/';

export const names = {
  finished: 'inngest/function.finished',
  failed: 'inngest/function.failed',
  cancelled: 'inngest/function.cancelled',
  invoked: 'inngest/function.invoked',
  cron: 'inngest/scheduled.timer',
  deferred: 'inngest/deferred.schedule',
} as const;

/**
 * Whether a trigger or a wait names this event: exactly, or by a trailing `*` after `/` or `.`.
 */
export function nameMatches(pattern: string, name: string): boolean {
  if (pattern === name) return true;
  return pattern.endsWith('*') && /[/.]$/.test(pattern.slice(0, -1)) && name.startsWith(pattern.slice(0, -1));
}
