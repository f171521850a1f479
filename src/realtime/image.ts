/** The plain JSON that consumers of a stream read. */
import { reasonOf } from '../errors';
import { isRecord, setOwn } from '../wire/json';
import { leftOut, unreadable } from '../wire/left-out';
import type { RunEvent } from './channel';

/** An event that `JSON.stringify` refuses is cut beyond this. */
const MAX_VALUES = 100_000;
const MAX_DEPTH = 100;

/** The event as `JSON.stringify` makes it, but an Error keeps its message. Never throws: no step may fail for what it wrote. */
export function streamImage(event: RunEvent): RunEvent {
  try {
    return JSON.parse(JSON.stringify(event, (_key, value: unknown) => forJson(value))) as RunEvent;
  } catch {
    const image = new TolerantImage().of(event, 0);
    // A writer's `custom` takes anything.
    return isRecord(image)
      ? { ...image, type: reasonOf(image.type) }
      : { type: 'unknown', payload: { image } };
  }
}

function forJson(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return { ...value, ...errorFields(value) };
  return value;
}

function errorFields({ name, message, stack, cause }: Error): object {
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

/** For what `JSON.stringify` refuses: a text stands in the place of a cycle, or of a field that can't be read. */
class TolerantImage {
  private readonly ancestors = new Set<object>();
  private room = MAX_VALUES;

  of(given: unknown, depth: number): unknown {
    if (typeof given !== 'object' || given === null) return primitive(given);
    if (this.ancestors.has(given)) return leftOut('a circular reference');
    if (depth > MAX_DEPTH) return leftOut('a value that is nested too deep');
    if (--this.room < 0) return leftOut('more values than are kept');
    this.ancestors.add(given);
    try {
      return this.inside(given, depth);
    } catch (error) {
      return unreadable(error);
    } finally {
      this.ancestors.delete(given);
    }
  }

  private inside(given: object, depth: number): unknown {
    const { toJSON } = given as { toJSON?: unknown };
    if (typeof toJSON === 'function') {
      const json: unknown = (toJSON as () => unknown).call(given);
      if (json !== given) return this.of(json, depth + 1);
    }
    if (Array.isArray(given)) return Array.from(given, item => this.of(item, depth + 1) ?? null);
    return this.fields(given, depth);
  }

  private fields(given: object, depth: number): Record<string, unknown> {
    const out: Record<string, unknown> = {};
    const extra = given instanceof Error ? ['name', 'message', 'stack', 'cause'] : [];
    for (const key of new Set([...Object.keys(given), ...extra])) {
      const item = this.field(given, key, depth);
      if (item !== undefined) setOwn(out, key, item);
    }
    return out;
  }

  private field(given: object, key: string, depth: number): unknown {
    let item: unknown;
    try {
      item = (given as Record<string, unknown>)[key];
    } catch (error) {
      return unreadable(error);
    }
    return this.of(item, depth + 1);
  }
}

function primitive(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  return typeof value === 'function' || typeof value === 'symbol' ? undefined : value;
}
