/** Inngest's REST API (Inngest documentation, "REST API v1"); the same for both majors of the SDK. */
import { reasonOf } from '../errors';
import { isRecord } from '../wire/json';

/** What a call needs of a client. */
export interface RestAccess {
  baseUrl: () => Promise<string>;
  signingKey: string | undefined;
}

/** Rows, or why there are none. */
type Rows = { list: Record<string, unknown>[]; problem?: undefined } | { list?: undefined; problem: string };

/** The rows that a read gives. */
export async function listOf(access: RestAccess, path: string): Promise<Rows> {
  try {
    const response = await call(access, path, 'GET');
    const body: unknown = await response.json().catch(() => undefined);
    // A read that failed also answers 200; the body has the error.
    if (isRecord(body) && Array.isArray(body.data)) return { list: body.data.filter(isRecord) };
    if (response.status === 401) return { problem: "it answered 401: is the client's signing key right?" };
    const details = isRecord(body) && typeof body.error === 'string' ? ` (${body.error})` : '';
    return { problem: `it answered ${response.status}${details}` };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

export async function call(access: RestAccess, path: string, method: string): Promise<Response> {
  const { signingKey } = access;
  const headers: Record<string, string> = signingKey ? { authorization: `Bearer ${signingKey}` } : {};
  return fetch(new URL(path, await access.baseUrl()), { method, headers });
}
