/** Core's key for a caller's token (source: @mastra/core, `RequestContext`). */
export const AUTH_TOKEN = 'mastra__authToken';

/** A request context as it may be sent and stored: as core serialises it, without the caller's token (I11). */
export function serializedContext(requestContext: { toJSON(): object } | undefined): Record<string, unknown> {
  const { [AUTH_TOKEN]: _token, ...values } = (requestContext?.toJSON() ?? {}) as Record<string, unknown>;
  return values;
}
