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
  /** Who claimed the leg and when, in milliseconds since the epoch. A claim whose event was never sent can be made again. */
  claim?: { token: string; at: number };
  /** Why the leg that was claimed with this token was not executed: an error, encoded. */
  refused?: { token: string; cause: Json };
  /** Id of the event that started the run. */
  startEvent?: string;
  resourceId?: string;
  /** The run's events, op by op (`realtime/stored-events`). */
  events?: Json;
  /** Results with types that JSON loses, encoded; absent where plain JSON says it all. */
  encoded?: Json;
  /** The graph that the leg executes, as core serializes it, where a deploy made it another one than the row's. */
  graph?: unknown[];
  /** The place of the leg's first step in that graph. */
  begins?: number[];
  /** The run's trace and span. */
  trace?: { traceId: string; spanId: string };
  /** The user's `pruneSnapshot` left things out: the run's last event has all of it. */
  pruned?: boolean;
  /** Names of the legs that were lost since the run was at rest, oldest first. */
  interrupted?: string[];
  /** The leg for whose end `onFinish` and `onError` were called. */
  endTold?: number;
  /** The leg ended suspended. If the row says `running` all the same, something else has written that since. */
  suspended?: boolean;
  /** Something else began the run, and its steps can't be continued here. A restart can. */
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
