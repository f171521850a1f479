/** The part of Mastra's workflows storage that the snapshot writer uses (source: @mastra/core, storage domain `workflows`). */
import type { Json } from '../wire/json';
import type { Status } from './transitions';

/** What this package adds to a run's stored snapshot. */
export interface Ownership {
  /**
   * Inngest's id of the run that executes this Mastra run; nobody else may write it. Missing while a new leg is claimed
   * and not begun.
   */
  owner?: string;
  /** How often the run was continued (resumed, …); missing for none. */
  leg?: number;
  /** The owner of the leg before this one. */
  previous?: string;
  /** Who claimed the leg and when, in milliseconds since the epoch: what was claimed and never sent can be sent again. */
  claim?: { token: string; at: number };
  /** Why the leg that was claimed with this token was not executed, sealed. */
  refused?: { token: string; cause: Json };
  /** Id of the event that started the run. */
  startEvent?: string;
  resourceId?: string;
  /** What the run told, op by op (`realtime/stored-events`). */
  events?: Json;
  /** Results with types that JSON loses, encoded; absent where plain JSON says it all. */
  encoded?: Json;
  /** The graph that the leg goes by, as core serializes it, where it is not the one in the row: a deploy came. */
  graph?: unknown[];
  /** Where the step that the leg began with stands in it. */
  begins?: number[];
  /** Where the run is found in the traces. */
  trace?: { traceId: string; spanId: string };
  /** The user's `pruneSnapshot` left things out: the run's last event has all of it. */
  pruned?: boolean;
  /** Names of the legs that were lost since the run was at rest, oldest first. */
  interrupted?: string[];
  /** The leg for whose end `onFinish` and `onError` were called. */
  endTold?: number;
  /** The leg ended suspended. In a row that says `running` it tells that something else has written that since. */
  suspended?: boolean;
  /** Something else began the run and its execution came here, where it can't be gone on with: a restart does. */
  elsewhere?: boolean;
  /** The run ended because code outside any step threw: `start()` rejects, as core's does. */
  thrown?: boolean;
}

/** Mastra's `WorkflowRunState`, as far as it is read or written here. */
export interface Snapshot {
  runId: string;
  status: Status;
  value: Record<string, unknown>;
  context: Record<string, unknown>;
  activePaths: number[];
  activeStepsPath: Record<string, number[]>;
  serializedStepGraph: unknown[];
  suspendedPaths: Record<string, number[]>;
  resumeLabels: Record<string, unknown>;
  waitingPaths: Record<string, number[]>;
  stepExecutionPath?: string[];
  result?: unknown;
  error?: unknown;
  tripwire?: unknown;
  requestContext?: Record<string, unknown>;
  tracingContext?: Record<string, unknown>;
  timestamp: number;
  inngest?: Ownership;
}

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
