import * as coreStorage from '@mastra/core/storage';
import type { AnyMastra } from '../core-types';
import type { StoreProvider, WorkflowsStore } from '../snapshot/store';

/** From core 1.61 on, stores compare a run's status with the expected one before they change it. */
const STORES_COMPARE = 'matchesExpectedWorkflowStatus' in coreStorage;

/** Mastra's store of workflow runs. */
export function storeOf(mastra: AnyMastra): StoreProvider {
  return async () => {
    const found: unknown = await mastra.getStorage()?.getStore('workflows');
    const store = found as WorkflowsStore | undefined;
    return store && !STORES_COMPARE ? comparing(store) : store;
  };
}

/** The comparison for a store that knows none. It is not one with the change, so of two callers both may win. */
function comparing(store: WorkflowsStore): WorkflowsStore {
  return {
    loadWorkflowSnapshot: key => store.loadWorkflowSnapshot(key),
    persistWorkflowSnapshot: args => store.persistWorkflowSnapshot(args),
    updateWorkflowResults: args => store.updateWorkflowResults(args),
    updateWorkflowState: async args => {
      const { expectedStatus, ...opts } = args.opts;
      const { workflowName, runId } = args;
      const current = await store.loadWorkflowSnapshot({ workflowName, runId });
      if (!current || (expectedStatus && !expectedStatus.includes(current.status))) return undefined;
      return store.updateWorkflowState({ workflowName, runId, opts });
    },
  };
}
