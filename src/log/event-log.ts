/**
 * A log of events: they are appended, and read from a position on. It does not know what an event means. The log's order is the
 * order, and an event is known by its id: a reader drops ids that it has read before, since an event may be appended twice.
 */
import { MastraServerCache } from '@mastra/core/cache';
import { withinLimit } from './time-limit';

/** The part of Mastra's server cache that a log needs (source: @mastra/core, `MastraServerCache`). */
export interface ListCache {
  listPush(key: string, value: unknown): Promise<void>;
  listFromTo(key: string, from: number, to?: number): Promise<unknown[]>;
  /** One round trip, where a cache implements it itself. Caches of core before 1.61 lack it. */
  listPushIndexed?(key: string, counterKey: string, value: Record<string, unknown>): Promise<number>;
  delete(key: string): Promise<void>;
}

/** One event in a log. */
export interface Logged<T> {
  id: string;
  event: T;
}

const PREFIX = 'mastra-inngest:events:';
const COUNTER = ':count';

/**
 * The log of one run (or of anything else that has a name of its own).
 * @example
 * const log = new EventLog<RunEvent>(mastra.getServerCache(), 'workflow:report:run-1');
 * await log.append([{ id: 'fetch#0', event }]);
 * const { entries, next } = await log.read(0);
 */
export class EventLog<T> {
  private readonly key: string;

  constructor(
    private readonly cache: ListCache,
    name: string,
  ) {
    this.key = `${PREFIX}${name}`;
  }

  /** Adds events at the end, all at once and in this order. Rejects as the cache does, or where it takes more than a second. */
  async append(entries: readonly Logged<T>[]): Promise<void> {
    const { cache, key } = this;
    const value = { entries };
    await withinLimit<unknown>(cache, () =>
      isOneRoundTrip(cache)
        ? cache.listPushIndexed(key, `${key}${COUNTER}`, value)
        : cache.listPush(key, value),
    );
  }

  /** What was appended from a position on (0 for the beginning), and the position after it. */
  async read(from: number): Promise<{ entries: Logged<T>[]; next: number }> {
    const found = await withinLimit(this.cache, () => this.cache.listFromTo(this.key, from));
    return { entries: found.flatMap(entriesIn<T>), next: from + found.length };
  }

  async delete(): Promise<void> {
    await this.cache.delete(this.key);
    await this.cache.delete(`${this.key}${COUNTER}`);
  }
}

/** Core's own `listPushIndexed` makes two calls and a second key. `listPush` is one, and keeps the order just as well. */
function isOneRoundTrip(cache: ListCache): cache is Required<ListCache> {
  const inherited: object = MastraServerCache.prototype;
  return (
    'listPushIndexed' in cache &&
    Reflect.get(cache, 'listPushIndexed') !== Reflect.get(inherited, 'listPushIndexed')
  );
}

/** Whatever else stands under the key is ignored. */
function entriesIn<T>(value: unknown): Logged<T>[] {
  const { entries } = (value ?? {}) as { entries?: unknown };
  return Array.isArray(entries) ? (entries as Logged<T>[]) : [];
}

/** Reads a log from where it last stopped, each event once. */
export class LogReader<T> {
  private position = 0;
  private readonly known = new Set<string>();

  constructor(private readonly log: EventLog<T>) {}

  /** What came since the last call. Where the log was emptied meanwhile, it is read from its beginning again. */
  async next(): Promise<Logged<T>[]> {
    const { entries, next } = await this.log.read(this.position);
    this.position = next;
    return entries.filter(({ id }) => !this.known.has(id) && this.known.add(id));
  }

  /** Reads the log from its beginning again, for events that must be in it and were not found. */
  async again(): Promise<Logged<T>[]> {
    this.position = 0;
    return this.next();
  }
}
