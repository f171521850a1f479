/**
 * A run's outcome as plain JSON that can be compared: types that JSON would lose are spelt out, and what differs from
 * run to run by nature (times, run ids, call ids, ids of unnamed sleeps) is replaced by a name. Nothing else is touched.
 */
import { MessageList } from '@mastra/core/agent';
import type { Flow } from './kit';

const TIMES = new Set(['startedAt', 'endedAt', 'suspendedAt', 'resumedAt', 'timestamp', 'createdAt']);
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Before any run of this process; a time of 0, or one of another clock, is no time. */
const STARTED = Date.now() - 1000;

export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

export class Normaliser {
  private readonly sleeps = new Map<string, string>();

  constructor(flow: Flow) {
    this.nameSleeps(flow);
  }

  /** Unnamed sleeps have random ids in core and positional ones here; in the graph they stand at the same place. */
  private nameSleeps(flow: Flow): void {
    let ordinal = 0;
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) return value.forEach(visit);
      if (typeof value !== 'object' || value === null) return;
      const { type, id, step, steps, stepGraph } = value as Record<string, unknown>;
      if (typeof id === 'string' && String(type).startsWith('sleep')) {
        const unnamed = id.startsWith('sleep_');
        if (unnamed) this.sleeps.set(id, `<sleep ${ordinal++} of ${flow.id}>`);
      }
      visit(step);
      if (Array.isArray(steps)) visit(steps);
      if (stepGraph) this.nameSleeps(value as Flow);
    };
    visit(flow.stepGraph);
  }

  private text(value: string): string {
    let out = value;
    for (const [id, name] of this.sleeps) out = out.replaceAll(id, name);
    return out.replace(UUID, '<id>');
  }

  plain(value: unknown, key = ''): Plain {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return number(value, key);
    if (typeof value !== 'object') return `<${typeof value}${typeof value === 'bigint' ? ` ${value}` : ''}>`;
    if (Array.isArray(value)) return Array.from(value, item => this.plain(item));
    if (value instanceof Error) return this.error(value);
    return this.builtIn(value) ?? this.fields(value);
  }

  private error(error: Error): Plain {
    const { name, message, cause } = error;
    const fields = this.fields(error) as Record<string, Plain>;
    return {
      '<Error>': {
        ...fields,
        name,
        message: this.text(message),
        at: this.text(whereThrown(error)),
        ...(cause === undefined ? {} : { cause: this.plain(cause) }),
      },
    };
  }

  private builtIn(value: object): Plain | undefined {
    if (value instanceof Date) {
      return { '<Date>': Number.isNaN(value.getTime()) ? 'invalid' : value.toISOString() };
    }
    if (value instanceof MessageList) return { '<MessageList>': this.messageList(value) };
    if (value instanceof Map) return { '<Map>': [...value].map(entry => this.plain(entry)) };
    if (value instanceof Set) return { '<Set>': [...value].map(item => this.plain(item)) };
    if (value instanceof RegExp || value instanceof URL) {
      return { [`<${value.constructor.name}>`]: String(value) };
    }
    if (value instanceof ArrayBuffer) return { '<ArrayBuffer>': [...new Uint8Array(value)] };
    if (ArrayBuffer.isView(value)) {
      const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return { [`<${value.constructor.name}>`]: [...bytes] };
    }
    return undefined;
  }

  /** What a list says it holds. Which of its messages were saved, it knows by identity, replaced ones included. */
  private messageList(list: MessageList): Plain {
    const held = Object.entries(list.serialize()).filter(([name]) => !name.endsWith('Persisted'));
    return this.plain(Object.fromEntries(held));
  }

  /** A property that is undefined is one that is not there: so says JSON, and so do vitest's and core's comparisons. */
  private fields(value: object): Plain {
    const out: Record<string, Plain> = {};
    for (const [key, item] of Object.entries(value)) {
      if (item !== undefined) out[this.text(key)] = this.plain(item, key);
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    const type = prototype === null || prototype === Object.prototype ? undefined : value.constructor.name;
    return type && !(value instanceof Error) ? { [`<${type}>`]: out } : out;
  }
}

function number(value: number, key: string): Plain {
  // Core notes there how long a processor took, to the fraction of a millisecond.
  if (key.startsWith('__outputStreamHookDurationMs_') && value > 0) return '<duration>';
  if (TIMES.has(key) && value >= STARTED) return '<time>';
  if (Number.isFinite(value) && !Object.is(value, -0)) return value;
  return `<${Object.is(value, -0) ? '-0' : value}>`;
}

/** The innermost place of the stack: the rest is the engine's, and so is that place itself where core threw. */
function whereThrown({ stack }: Error): string {
  const frame = stack?.split('\n').find(line => /^\s+at /.test(line));
  if (!frame) return 'nowhere';
  return /node_modules|\(node:|<anonymous>|\/src\//.test(frame)
    ? 'in a library'
    : frame.trim().replace(/:\d+:\d+(\)?)$/, '$1');
}
