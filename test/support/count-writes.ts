import type { InMemoryStore } from '@mastra/core/storage';

const WRITERS = ['persistWorkflowSnapshot', 'updateWorkflowState', 'updateWorkflowResults'] as const;

/** Counts the writes to a store's workflow snapshots. */
export async function countWrites(storage: InMemoryStore): Promise<{ count: number }> {
  const store = await storage.getStore('workflows');
  const counter = { count: 0 };
  for (const name of WRITERS) {
    const original = (store as never as Record<string, (args: unknown) => Promise<unknown>>)[name]?.bind(
      store,
    );
    Object.assign(store as object, {
      [name]: (args: unknown) => {
        counter.count++;
        return original?.(args);
      },
    });
  }
  return counter;
}
