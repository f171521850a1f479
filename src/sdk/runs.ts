/** Inngest's own runs over its REST API (Inngest documentation, "REST API v1"); the same for both majors of the SDK. */
import { isRecord } from '../wire/json';
import { reasonOf } from '../errors';
import type { EventRun, EventRuns, FoundEvent, RunState } from './port';

/** What a call needs of a client. */
export interface RestAccess {
  baseUrl: () => Promise<string>;
  signingKey: string | undefined;
}

const OVER = ['Completed', 'Failed', 'Cancelled', 'Skipped'];

/** What Inngest says of one of its runs. */
export async function runState(access: RestAccess, inngestRunId: string): Promise<RunState> {
  try {
    // Answers are cached by their whole URL.
    const path = `/v1/runs/${inngestRunId}?fresh=${Math.random()}`;
    const response = await call(access, path, 'GET');
    const body: unknown = await response.json();
    if (!isRecord(body)) return 'unreachable';
    // Reads answer 200 also where they fail; the body says how it is.
    if (!isRecord(body.data)) return isUnknown(response.status, body) ? 'unknown' : 'unreachable';
    return OVER.includes(String(body.data.status)) ? 'over' : 'live';
  } catch {
    return 'unreachable';
  }
}

/** The runs that an event started. */
export async function eventRuns(access: RestAccess, eventId: string): Promise<EventRuns> {
  const { list, problem } = await listOf(access, `/v1/events/${eventId}/runs?fresh=${Math.random()}`);
  return list ? { runs: list.map(eventRun) } : { unknown: problem };
}

function eventRun({ run_id: id, status, output, ended_at: endedAt }: Record<string, unknown>): EventRun {
  // This list calls a run that executes `Completed`, as its last step is; only the time of its end says that it is over.
  if (typeof endedAt !== 'string') return { id: String(id), state: 'live' };
  if (status === 'Failed') return { id: String(id), state: 'failed', error: output };
  if (status === 'Cancelled') return { id: String(id), state: 'canceled' };
  return { id: String(id), state: 'done' };
}

/** Most events of one name that are looked through for one of them; Inngest may give fewer (its server: 51). */
const PAGE = 100;

/** The event that was sent as `id`. */
export async function findEvent(
  access: RestAccess,
  { name, id, since }: { name: string; id: string; since: number },
): Promise<FoundEvent | undefined> {
  const query = new URLSearchParams({
    name,
    received_after: new Date(since).toISOString(),
    limit: String(PAGE),
    fresh: String(Math.random()),
  });
  const { list } = await listOf(access, `/v1/events?${query.toString()}`);
  const found = list?.find(event => event.id === id);
  if (typeof found?.internal_id !== 'string') return undefined;
  return { eventId: found.internal_id, receivedAt: Date.parse(String(found.received_at)) };
}

type Rows = { list: Record<string, unknown>[]; problem?: undefined } | { list?: undefined; problem: string };

async function listOf(access: RestAccess, path: string): Promise<Rows> {
  try {
    const response = await call(access, path, 'GET');
    const body: unknown = await response.json().catch(() => undefined);
    // Reads answer 200 also where they fail; the body says how it is.
    if (isRecord(body) && Array.isArray(body.data)) return { list: body.data.filter(isRecord) };
    if (response.status === 401) return { problem: "it answered 401: is the client's signing key right?" };
    const details = isRecord(body) && typeof body.error === 'string' ? ` (${body.error})` : '';
    return { problem: `it answered ${response.status}${details}` };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

function isUnknown(status: number, body: Record<string, unknown>): boolean {
  return status === 404 || body.status === 404 || /unable to load function run/i.test(String(body.error));
}

/** Cancels one of Inngest's runs; answers whether Inngest did. */
export async function cancelRun(access: RestAccess, inngestRunId: string): Promise<boolean> {
  try {
    return (await call(access, `/v1/runs/${inngestRunId}`, 'DELETE')).ok;
  } catch {
    return false;
  }
}

async function call(access: RestAccess, path: string, method: string): Promise<Response> {
  const { signingKey } = access;
  const headers: Record<string, string> = signingKey ? { authorization: `Bearer ${signingKey}` } : {};
  return fetch(new URL(path, await access.baseUrl()), { method, headers });
}
