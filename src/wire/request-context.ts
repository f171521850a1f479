import type { RequestContext } from '@mastra/core/request-context';

/** Core's key for a caller's token (source: @mastra/core, `RequestContext`). */
const AUTH_TOKEN = 'mastra__authToken';

/** A request context as it may be sent and stored: as core serialises it, without the caller's token (I11). */
export function serializedContext(requestContext: RequestContext | undefined): Record<string, unknown> {
  const { [AUTH_TOKEN]: _token, ...values } = (requestContext?.toJSON() ?? {}) as Record<string, unknown>;
  return values;
}

/** Keys of what is not sent and stored because it can't be: not of the token, which could. */
export function unstorableKeys(requestContext: RequestContext): string[] {
  const kept = serializedContext(requestContext);
  const all = [...requestContext.entries()] as [string, unknown][];
  return all
    .filter(([key, value]) => !(key in kept) && key !== AUTH_TOKEN && value !== undefined)
    .map(([key]) => key);
}
