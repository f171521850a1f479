import { Problem } from '../errors';
import { limits } from '../executor/limits';
import type { Json, JsonObject } from '../json';
import { byteLength, field, isObject, parseJson, text } from '../json';
import { internalPrefix } from './events';
import type { StoredEvent } from './types';

const earliest = Date.UTC(1980, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** Why an event is refused. What came before it in the list has been accepted. */
export class EventProblem extends Problem {
  constructor(
    message: string,
    readonly accepted: StoredEvent[],
  ) {
    super(message);
  }
}

interface Ingest {
  ulid: () => string;
  now: () => number;
}

function timeProblem(ts: Json | undefined): string | undefined {
  if (ts === undefined || ts === null || ts === 0) return undefined;
  if (typeof ts !== 'number' || !Number.isInteger(ts)) return 'ts must be a whole number of milliseconds';
  if (ts < earliest) return 'timestamp is before Jan 1, 1980';
  return ts >= latest ? 'timestamp is after Jan 1, 2100' : undefined;
}

function typeProblem(raw: JsonObject): string | undefined {
  for (const key of ['name', 'id', 'v']) {
    const value = field(raw, key) ?? null;
    if (value !== null && typeof value !== 'string') return `${key} must be a string`;
  }
  for (const key of ['data', 'user']) {
    const value = field(raw, key) ?? null;
    if (value !== null && !isObject(value)) return `${key} must be an object`;
  }
  return timeProblem(field(raw, 'ts'));
}

function problemOf(raw: Json): string | undefined {
  if (!isObject(raw)) return 'an event must be an object';
  const size = byteLength(JSON.stringify(raw));
  if (size > limits.event)
    return `Event is over the max size: Max ${limits.event} bytes / Size ${size} bytes`;
  const problem = typeProblem(raw);
  if (problem) return problem;
  const name = text(raw, 'name');
  if (!name) return 'event name is empty';
  return name.startsWith(internalPrefix) ? `event name is reserved for internal use: ${name}` : undefined;
}

function store(raw: JsonObject, { ulid, now }: Ingest): StoredEvent {
  const internalId = ulid();
  const ts = field(raw, 'ts');
  const user = field(raw, 'user');
  const version = field(raw, 'v');
  const event: StoredEvent = {
    internalId,
    id: text(raw, 'id') || internalId,
    name: text(raw, 'name') ?? '',
    data: field(raw, 'data') ?? {},
    ts: typeof ts === 'number' && ts > 0 ? ts : now(),
    receivedAt: now(),
    bytes: JSON.stringify(raw).length,
  };
  if (user !== undefined && user !== null) event.user = user;
  if (version !== undefined && version !== null) event.v = version;
  return event;
}

/**
 * Turns what a client sent (one event or a list) into events with ids; nothing at all is an empty list.
 * @throws EventProblem at the first that is not acceptable
 */
export function ingest(body: string, context: Ingest): StoredEvent[] {
  if (body.trim() === '') return [];
  const parsed = parseJson(body);
  if (!isObject(parsed) && !Array.isArray(parsed)) {
    throw new EventProblem('Request body must contain an event object or an array of event objects', []);
  }
  const events: StoredEvent[] = [];
  for (const raw of Array.isArray(parsed) ? parsed : [parsed]) {
    const full = events.length >= limits.events;
    const problem = full ? `Cannot have more than ${limits.events} events in a batch` : problemOf(raw);
    if (problem) throw new EventProblem(problem, events);
    events.push(store(raw as JsonObject, context));
  }
  return events;
}
