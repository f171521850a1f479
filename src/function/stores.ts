import type { AnyMastra } from '../core-types';
import type { StoreProvider, WorkflowsStore } from '../snapshot/store';

/** Mastra's store of workflow runs. */
export function storeOf(mastra: AnyMastra): StoreProvider {
  return async () =>
    (await mastra.getStorage()?.getStore('workflows')) as unknown as WorkflowsStore | undefined;
}
