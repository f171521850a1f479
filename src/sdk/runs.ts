/** Inngest's own runs. */
import { isRecord } from '../wire/json';
import type { EventRun, EventRuns, RunState } from './port';
import { type RestAccess, call, listOf } from './rest';

const OVER = ['Completed', 'Failed', 'Cancelled', 'Skipped'];

/** What Inngest says of one of its runs. */
export async function runState(access: RestAccess, inngestRunId: string): Promise<RunState> {
  try {
    // Answers are cached by their whole URL.
    const path = `/v1/runs/${inngestRunId}?fresh=${Math.random()}`;
    const response = await call(access, path, 'GET');
    const body: unknown = await response.json();
    if (!isRecord(body)) return 'unreachable';
    // A read that failed also answers 200; the body has the error.
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

/** How many calls of the app have failed for a run whose first step has not begun; 0 also where Inngest does not say. */
export async function failedCalls(access: RestAccess, inngestRunId: string): Promise<number> {
  const { list = [] } = await listOf(access, `/v1/runs/${inngestRunId}/jobs?fresh=${Math.random()}`);
  // A retry is the same job again. One that waits for its turn has the attempt 0, like one that is called for the first time.
  const attempts = list.map(({ kind, attempt }) => (kind === 'start' ? Number(attempt) : 0));
  return Math.max(0, ...attempts);
}

function eventRun({ run_id: id, status, output, ended_at: endedAt }: Record<string, unknown>): EventRun {
  // This list says `Completed` of a run whose last step is, also while it executes. Only the time of its end says that it is over.
  if (typeof endedAt !== 'string') return { id: String(id), state: 'live' };
  if (status === 'Failed') return { id: String(id), state: 'failed', error: output };
  if (status === 'Cancelled') return { id: String(id), state: 'canceled' };
  return { id: String(id), state: 'done', output };
}

function isUnknown(status: number, body: Record<string, unknown>): boolean {
  return status === 404 || body.status === 404 || /unable to load function run/i.test(String(body.error));
}

/** Cancels one of Inngest's runs; returns whether Inngest did. */
export async function cancelRun(access: RestAccess, inngestRunId: string): Promise<boolean> {
  try {
    return (await call(access, `/v1/runs/${inngestRunId}`, 'DELETE')).ok;
  } catch {
    return false;
  }
}
