import type { Context } from '../core-types';

/** Adds what was stored of a request context where this leg's caller gives nothing else. */
export function completeContext(requestContext: Context, stored: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(stored)) {
    if (!requestContext.has(key)) requestContext.set(key, value);
  }
}
