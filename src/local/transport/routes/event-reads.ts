import type { Context } from 'hono';
import { Hono } from 'hono';
import { HOUR } from '../../../wire/period';
import type { Json, JsonObject } from '../../json';
import { bareEvent, internalPrefix } from '../../state/events';
import type { StoredEvent } from '../../state/types';
import type { Service } from '../service';
import { found, isUlid, iso, readError } from './answers';

const nobody = '00000000-0000-0000-0000-000000000000';
const usual = 20;
const most = 51;

function eventRow(event: StoredEvent): JsonObject {
  return {
    internal_id: event.internalId,
    account_id: nobody,
    environment_id: nobody,
    source: '',
    source_id: null,
    received_at: iso(event.receivedAt),
    ...bareEvent(event),
  };
}

const dateOnly = /^\d{4}-\d\d-\d\d$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;
/** `Mon, 02 Jan 2006 15:04:05 GMT` and its kin. */
const worded = /^[A-Z][a-z]{2,}[ ,]/;

/** An instant in one of the notations that the real server reads, ms; what names no zone is UTC. */
function parseInstant(source: string): number | undefined {
  const match = instant.exec(source);
  const known = match ?? (dateOnly.test(source) || worded.test(source));
  const parsed = known ? Date.parse(match && !match[1] ? `${source}Z` : source) : Number.NaN;
  return Number.isNaN(parsed) ? undefined : parsed;
}

function limitOf(given: string | undefined): number {
  const limit = /^[+-]?\d+$/.test(given ?? '') ? Number(given) : 0;
  return Math.min(Math.max(limit || usual, 1), most);
}

/** `GET /v1/events`: the newest first, of the last hour unless told otherwise, and none of the server's own. */
function list({ core }: Service, c: Context): Response {
  const now = core.clock.now();
  const [after, before, cursor] = [
    c.req.query('received_after'),
    c.req.query('received_before'),
    c.req.query('cursor'),
  ];
  const oldest = after ? parseInstant(after) : now - HOUR;
  const newest = before ? parseInstant(before) : now;
  if (cursor && !isUlid(cursor)) return readError(c, 400, 'Invalid cursor query parameter');
  // The real server names this parameter in either case.
  if (oldest === undefined || newest === undefined)
    return readError(c, 400, 'Invalid received_after query parameter');
  const name = c.req.query('name');
  const selected = [...core.store.events.values()].filter(
    event =>
      event.receivedAt >= oldest &&
      event.receivedAt <= newest &&
      (!name || event.name === name) &&
      (!cursor || event.internalId < cursor) &&
      !event.name.startsWith(internalPrefix),
  );
  const rows: Json[] = selected
    .reverse()
    .slice(0, limitOf(c.req.query('limit')))
    .map(eventRow);
  return c.json({ data: rows, metadata: { fetched_at: iso(now) } });
}

/** `GET /v1/events` and `GET /v1/events/:id`. */
export function eventReadRoutes(service: Service): Hono {
  const { core } = service;
  return new Hono()
    .get('/v1/events', c => list(service, c))
    .get('/v1/events/:id', c => {
      const id = c.req.param('id');
      if (!isUlid(id)) return readError(c, 400, `Invalid event ID: ${id}`);
      const event = core.store.events.get(id);
      return event ? c.json(found(eventRow(event), core.clock.now())) : readError(c, 404, 'Event not found');
    });
}
