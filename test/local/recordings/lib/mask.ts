import { isObject } from './types.js';

const ulid = /\b01[0-9A-HJKMNP-TV-Z]{24}\b/g;
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const iso = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const httpDate = /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g;
const host = /https?:\/\/(127\.0\.0\.1|localhost|\[::1\]):\d+/g;
const milliseconds = /\b1[6-9]\d{11}\b/g;
const stackLines = /\n\s+at [^]*$/;

/** Tracing contexts, opaque to apps, and the step's clock; they differ in every run and mean nothing to the SDK. */
const dropped = new Set(['isr', 'tc', 'timing', 'parent_defer_span']);
/** Wherever they are; the others in an invocation's event. */
const alwaysDropped = new Set(['timing', 'parent_defer_span']);

/** Strings longer than this are told by their length only. */
const longString = 4096;

export type NameOf = (id: string) => string;

/**
 * Replaces what no two runs share (ids, times, stacks, ports) by words, so that the rest can be compared.
 * `nameOf` decides what stands for a run's or an event's id.
 */
export function mask(value: unknown, nameOf: NameOf, namespace = ''): unknown {
  if (typeof value === 'string') return maskText(value, nameOf, namespace);
  if (typeof value === 'number') return value >= 1.6e12 && value < 2e12 ? '<ms>' : value;
  if (Array.isArray(value)) return value.map(item => mask(item, nameOf, namespace));
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (dropped.has(key) && (alwaysDropped.has(key) || 'correlation_id' in value)) continue;
    // An empty stack is a fact about the SDK; any other names files and lines.
    out[key] =
      key === 'stack' && typeof item === 'string' && item ? '<stack>' : mask(item, nameOf, namespace);
  }
  return out;
}

function maskText(text: string, nameOf: NameOf, namespace: string): string {
  if (text.length > longString) return `<${text.length} characters>`;
  const plain = namespace ? text.replaceAll(namespace, '') : text;
  return plain
    .replace(stackLines, '<stack>')
    .replace(ulid, id => nameOf(id))
    .replace(uuid, '<uuid>')
    .replace(iso, '<time>')
    .replace(httpDate, '<date>')
    .replace(host, '<host>')
    .replace(milliseconds, '<ms>');
}

/** Names ids by the order of their first appearance. */
export function numbered(prefix: string): NameOf {
  const known = new Map<string, string>();
  return id => {
    const name = known.get(id) ?? `<${prefix} ${known.size + 1}>`;
    known.set(id, name);
    return name;
  };
}
