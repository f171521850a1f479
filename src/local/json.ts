/** Anything that came out of `JSON.parse`. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own property only: a payload with a key such as `constructor` must not reach a prototype. */
export function field(value: unknown, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function text(value: unknown, key: string): string | undefined {
  const found = field(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** `undefined` for anything that is not JSON; never throws. */
export function parseJson(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

/** The JSON in `body`, or the text itself. */
export function parseOrText(body: string): Json {
  const parsed = parseJson(body);
  return parsed === undefined ? body : parsed;
}

/**
 * JSON with sorted keys (RFC 8785): the form in which requests reach an app, so that a body can be signed
 * and two equal states have equal bytes.
 */
export function canonical(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const item = value[key];
    if (item !== undefined) parts.push(`${JSON.stringify(key)}:${canonical(item)}`);
  }
  return `{${parts.join(',')}}`;
}

/** Joins already canonical members into one canonical object. */
export function canonicalOf(members: Iterable<readonly [string, string]>): string {
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${sorted.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`;
}

export function byteLength(body: string): number {
  return Buffer.byteLength(body, 'utf8');
}
