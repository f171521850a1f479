/** Inngest's own runs over its REST API (Inngest documentation, "REST API v1"); the same for both majors of the SDK. */
import { isRecord } from '../wire/json';
import type { RunState } from './port';

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
