import {
  createTimeTravelExecutionParams,
  type ExecutionGraph,
  type WorkflowRunState,
} from '@mastra/core/workflows';
import type { Snapshot } from '../snapshot/snapshot';
import type { Leg } from '../wire/leg';
import type { StartRequest } from '../wire/start-event';

type CoreTravel = Parameters<typeof createTimeTravelExecutionParams>[0];

/** A time travel: through which run of which graph, and what its caller gives. */
export interface Travel {
  leg: Leg;
  start: StartRequest;
  snapshot: Snapshot;
  graph: ExecutionGraph;
}

/**
 * What core's engine travels with; made once to see whether it can be, by the caller, and once by the execution.
 * @throws what core's `createTimeTravelExecutionParams` throws where graph and snapshot do not fit
 */
export function travelParams({ leg, start, snapshot, graph }: Travel) {
  return createTimeTravelExecutionParams({
    steps: leg.steps ?? [],
    inputData: start.inputData,
    resumeData: leg.resumeData,
    context: leg.context as CoreTravel['context'],
    nestedStepsContext: leg.nestedStepsContext as CoreTravel['nestedStepsContext'],
    snapshot: asCoreRun(snapshot),
    initialState: start.initialState,
    graph,
    perStep: start.perStep || undefined,
  });
}

/** A stored run for calls of core, whose own type says more of what a run's fields hold than is known of what a store gives. */
export function asCoreRun(snapshot: Snapshot): WorkflowRunState {
  return snapshot as unknown as WorkflowRunState;
}
