/** Counts the writes to a store's workflow snapshots, and their bytes as JSON. */
import type { InMemoryStore } from '@mastra/core/storage';
import type { Writes } from '../protocol';

const WRITERS = ['persistWorkflowSnapshot', 'updateWorkflowState', 'updateWorkflowResults'] as const;

type Writer = (args: unknown) => Promise<unknown>;

/** Only while `counting()` says so: making JSON costs time, which is not to be timed. */
export async function countWrites(storage: InMemoryStore, counting: () => boolean): Promise<Writes> {
  const store = (await storage.getStore('workflows')) as unknown as Record<string, Writer>;
  const writes: Writes = { count: 0, bytes: 0 };
  for (const name of WRITERS) {
    const original = store[name]?.bind(store);
    store[name] = async args => {
      if (counting()) {
        writes.count++;
        writes.bytes += Buffer.byteLength(JSON.stringify(args));
      }
      return original?.(args);
    };
  }
  return writes;
}
