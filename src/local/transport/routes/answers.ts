import type { Context } from 'hono';
import type { Json, JsonObject } from '../../json';

export const isUlid = (id: string): boolean => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(id);
export const iso = (ms: number): string => new Date(ms).toISOString();

/** What a read answers. Nothing is cached here, unlike on the real server. */
export function found(data: Json, now: number): JsonObject {
  return { data, metadata: { fetched_at: iso(now), cached_until: iso(now) } };
}

/** Reads answer 200 even where they fail; the body's status is the real one. */
export function readError(c: Context, status: number, error: string): Response {
  return c.json({ error, data: null, status });
}
