/** Which Mastra run an Inngest run executes: a dashboard's rerun executes a new one. */
import { graphsIn, ownerIn } from '../wire/outcome';
import type { ExecutionRequest } from '../sdk/port';
import { RunRecord } from '../snapshot/run-record';
import type { StoreProvider } from '../snapshot/store';
import type { StartRequest } from '../wire/start-event';

/** A run as one execution request finds it. */
export interface Identity {
  runId: string;
  /** The run's first op has been done by this execution. */
  begun: boolean;
  /** The fingerprints of the graphs that it was done under; none where a release that notes none did it. */
  graphs: ReadonlySet<string>;
}

/**
 * The Mastra run of a request. Its memos say so once there are any; before, a stored run that another Inngest run began
 * with the very same event tells that this one is a *Rerun* from the dashboard: a new run, called by Inngest's run id. Where
 * debouncing lets one event start two runs, that can't be told from a double start, and is one (I5).
 */
export async function identify(
  request: ExecutionRequest,
  start: StartRequest,
  workflow: { id: string; functionOptions: Record<string, unknown> },
  store: StoreProvider,
): Promise<Identity> {
  const { inngestRunId, memoized } = request;
  const graphs = graphsIn(Object.values(memoized));
  const own = start.runId ?? inngestRunId;
  const first = ownerIn(Object.values(memoized));
  if (first && first.owner !== inngestRunId) return { runId: inngestRunId, begun: false, graphs };
  if (first) return { runId: first.runId ?? own, begun: true, graphs };
  if (Object.keys(memoized).length > 0) return { runId: own, begun: true, graphs };

  const { debounce } = workflow.functionOptions;
  const canBeRerun = start.runId !== undefined && !start.leg && !start.sender?.ancestors.length;
  if (!canBeRerun || debounce !== undefined) return { runId: own, begun: false, graphs };
  const stored = (await new RunRecord(store, { workflowId: workflow.id, runId: own }).load())?.inngest;
  const isRerun =
    stored?.owner !== undefined &&
    stored.owner !== inngestRunId &&
    stored.startEvent !== undefined &&
    stored.startEvent === request.event.id;
  return { runId: isRerun ? inngestRunId : own, begun: false, graphs };
}
