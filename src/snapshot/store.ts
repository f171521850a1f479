/** The part of Mastra's workflows storage that the snapshot writer uses (source: @mastra/core, storage domain `workflows`). */
import type { Snapshot, Status } from './snapshot';

interface RunKey {
  workflowName: string;
  runId: string;
}

export interface WorkflowsStore {
  loadWorkflowSnapshot(key: RunKey): Promise<Snapshot | null>;
  persistWorkflowSnapshot(args: RunKey & { resourceId?: string; snapshot: Snapshot }): Promise<void>;
  updateWorkflowState(
    args: RunKey & { opts: Partial<Snapshot> & { status: Status; expectedStatus?: Status[] } },
  ): Promise<Snapshot | undefined>;
  updateWorkflowResults(
    args: RunKey & { stepId: string; result: unknown; requestContext: Record<string, unknown> },
  ): Promise<unknown>;
}

/** Gives the store; asynchronous because Mastra initialises its storage on first use. */
export type StoreProvider = () => Promise<WorkflowsStore | undefined>;
