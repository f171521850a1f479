import type { Snapshot } from './store';
import type { Status } from './transitions';

/** Which stored run this is. */
export interface RunIdentity {
  workflowId: string;
  runId: string;
  resourceId?: string;
}

/** What a run looks like before anything happened. */
export function emptySnapshot(runId: string, status: Status, fields: Partial<Snapshot> = {}): Snapshot {
  return {
    runId,
    status,
    value: {},
    context: {},
    activePaths: [],
    activeStepsPath: {},
    serializedStepGraph: [],
    suspendedPaths: {},
    resumeLabels: {},
    waitingPaths: {},
    timestamp: Date.now(),
    ...fields,
  };
}
