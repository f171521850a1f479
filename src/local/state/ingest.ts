import { limits } from '../executor/limits';
import type { Json, JsonObject } from '../json';
import { byteLength, field, isObject, text } from '../json';
import type { StoredEvent } from './types';

const earliest = Date.UTC(1980, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** Why an event is refused. */
export class EventProblem {
  constructor(
    readonly message: string,
    readonly status: 400 | 413 = 400,
  ) {}
}

interface Ingest {
  ulid: () => string;
  now: () => number;
}

function problemOf(raw: JsonObject): string | undefined {
  const name = text(raw, 'name');
  if (!name) return 'event name is empty';
  if (name.startsWith('inngest/')) return 'event name is reserved for internal use';
  const data = field(raw, 'data');
  if (data !== undefined && data !== null && !isObject(data)) return 'event data must be an object';
  const ts = field(raw, 'ts');
  if (ts !== undefined && ts !== 0 && (typeof ts !== 'number' || ts < earliest || ts >= latest)) {
    return 'timestamp must be between 1980-01-01 and 2100-01-01';
  }
  return undefined;
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
  };
  if (user !== undefined && user !== null) event.user = user;
  if (version !== undefined) event.v = version;
  return event;
}

/**
 * Turns what a client sent (one event or a list) into events with ids.
 * @throws EventProblem if any of them is not acceptable; then none is taken
 */
export function ingest(body: Json | undefined, context: Ingest): StoredEvent[] {
  if (body === undefined || (!isObject(body) && !Array.isArray(body))) {
    throw new EventProblem('Unable to parse the events: the body is neither a JSON object nor an array');
  }
  const list = Array.isArray(body) ? body : [body];
  if (list.length > limits.events)
    throw new EventProblem(`Too many events: at most ${limits.events} in one request`);
  const events: StoredEvent[] = [];
  for (const raw of list) {
    if (!isObject(raw)) throw new EventProblem('An event must be a JSON object');
    const size = byteLength(JSON.stringify(raw));
    if (size > limits.event) {
      throw new EventProblem(`Event is over the max size: Max ${limits.event} bytes / Size ${size} bytes`);
    }
    const problem = problemOf(raw);
    if (problem) throw new EventProblem(problem);
    events.push(store(raw, context));
  }
  return events;
}
