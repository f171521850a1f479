/**
 * What Mastra's server shows of a run before `observeStream()`. Its `/observe` routes first send the chunks that `/stream` kept
 * in the server's cache and then those of `observeStream()`, which can't tell its callers apart: so the cache's reads are
 * noticed, and whoever observes a run in the very moment in which its kept chunks were read is the route.
 */
import { isRecord } from '../wire/json';
import type { ListCache } from '../log/event-log';

const reads = new WeakMap<object, Map<string, number>>();

/** Has the cache's reads noticed from now on. */
export function noticeReads(cache: ListCache | undefined): void {
  if (!cache || reads.has(cache) || Object.isFrozen(cache)) return;
  const ends = new Map<string, number>();
  reads.set(cache, ends);
  const listFromTo = cache.listFromTo.bind(cache);
  cache.listFromTo = async (key, from, to) => {
    const found = await listFromTo(key, from, to);
    if (to === undefined && found.length > 0) {
      ends.set(key, from + found.length);
      // Whoever awaits this read goes on before any timer fires.
      setTimeout(() => ends.delete(key), 0);
    }
    return found;
  };
}

/** The chunks that the route has shown, each good for one of this stream. */
export class Replayed {
  private left?: Promise<Map<string, number>>;

  private constructor(
    private readonly cache: ListCache,
    private readonly runId: string,
    private readonly end: number,
  ) {}

  /** What was read of a run's kept chunks right now; undefined where nothing was. */
  static now(cache: ListCache | undefined, runId: string): Replayed | undefined {
    const end = cache && reads.get(cache)?.get(runId);
    return cache && end !== undefined ? new Replayed(cache, runId, end) : undefined;
  }

  /** True for a chunk that the route shows. */
  async has(chunk: object): Promise<boolean> {
    this.left ??= this.load();
    const left = await this.left;
    const key = keyOf(chunk);
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count > 0;
  }

  private async load(): Promise<Map<string, number>> {
    // From 0, also where the route was asked for a later offset: what comes before it is known to whoever asked.
    const chunks = await this.cache.listFromTo(this.runId, 0, this.end - 1).catch(() => []);
    const left = new Map<string, number>();
    for (const chunk of chunks) left.set(keyOf(chunk), (left.get(keyOf(chunk)) ?? 0) + 1);
    return left;
  }
}

/** The same for equal chunks, whatever the order of their fields; a stream's first and last chunk are known by their type. */
function keyOf(chunk: unknown): string {
  if (!isRecord(chunk)) return JSON.stringify(chunk) ?? '';
  if (chunk.type === 'workflow-start' || chunk.type === 'start') return 'start';
  if (chunk.type === 'workflow-finish' && isRecord(chunk.payload))
    return `finish ${String(chunk.payload.workflowStatus)}`;
  return JSON.stringify(chunk, (_key, value: unknown) =>
    isRecord(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}
