/**
 * Keeps `observeStream()` from repeating chunks that Mastra's server has sent already. The server's `/observe` routes first send
 * the chunks that `/stream` kept in the server's cache, then those of `observeStream()`. That method can't see who calls it, so the
 * reads of the cache are recorded: a call in the very moment in which the run's kept chunks were read is the route's.
 */
import { isRecord } from '../wire/json';
import type { ListCache } from '../log/event-log';

const reads = new WeakMap<object, Map<string, number>>();

/** Records the reads of the cache from now on. */
export function noticeReads(cache: ListCache | undefined): void {
  if (!cache || reads.has(cache) || Object.isFrozen(cache)) return;
  const ends = new Map<string, number>();
  reads.set(cache, ends);
  const listFromTo = cache.listFromTo.bind(cache);
  cache.listFromTo = async (key, from, to) => {
    const found = await listFromTo(key, from, to);
    if (to === undefined && found.length > 0) {
      ends.set(key, from + found.length);
      // The caller that awaits this read goes on before any timer fires.
      setTimeout(() => ends.delete(key), 0);
    }
    return found;
  };
}

/** The chunks that the route has sent. Each of them is left out of the stream once. */
export class Replayed {
  private left?: Promise<Map<string, number>>;

  private constructor(
    private readonly cache: ListCache,
    private readonly runId: string,
    private readonly end: number,
  ) {}

  /** The chunks of a run that were read just now; undefined where none were. */
  static now(cache: ListCache | undefined, runId: string): Replayed | undefined {
    const end = cache && reads.get(cache)?.get(runId);
    return cache && end !== undefined ? new Replayed(cache, runId, end) : undefined;
  }

  /** True for a chunk that the route has sent. */
  async has(chunk: object): Promise<boolean> {
    this.left ??= this.load();
    const left = await this.left;
    const key = keyOf(chunk);
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count > 0;
  }

  private async load(): Promise<Map<string, number>> {
    // From 0, also where the route was asked for a later offset: its caller has what comes before.
    const chunks = await this.cache.listFromTo(this.runId, 0, this.end - 1).catch(() => []);
    const left = new Map<string, number>();
    for (const chunk of chunks) left.set(keyOf(chunk), (left.get(keyOf(chunk)) ?? 0) + 1);
    return left;
  }
}

/** Equal chunks have the same key, whatever the order of their fields. The first and last chunk of a stream are known by their type. */
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
