/** A run as it is stored, and what a look at it tells. */
import type { WorkflowRunStatus } from '@mastra/core/workflows';
import { type Json, isRecord } from '../wire/json';

/** Which stored run this is. */
export interface RunIdentity {
  workflowId: string;
  runId: string;
  resourceId?: string;
}

/** A run's status as Mastra stores it. */
export type Status =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'suspended'
  | 'paused'
  | 'success'
  | 'failed'
  | 'tripwire'
  | 'canceled'
  | 'bailed';

/** Nothing follows one of these within a leg. */
const ENDS: readonly Status[] = ['success', 'failed', 'tripwire', 'canceled', 'bailed'];
/** Nothing executes and nothing is due. */
export const STOPS: readonly Status[] = ['suspended', 'paused', ...ENDS];

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
  /** How far the inlined workflows are that are suspended, by the steps that they are; encoded. */
  inlined?: Record<string, Json>;
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

/** A run as its first op stores it: with the input and the state that it was started with. */
export function startedSnapshot(
  runId: string,
  { inputData, initialState }: { inputData?: unknown; initialState?: unknown },
  fields: Partial<Snapshot> = {},
): Snapshot {
  const value = (initialState ?? {}) as Record<string, unknown>;
  const context = inputData === undefined ? {} : { input: inputData };
  return emptySnapshot(runId, 'running', { value, context, ...fields });
}

/** True for a status that nothing can follow within its leg. */
export function isTerminal(status: Status): boolean {
  return ENDS.includes(status);
}

/** True where nothing executes and nothing is due: the run has ended, or is suspended or paused until somebody continues it. */
export function isAtRest(status: WorkflowRunStatus): boolean {
  return STOPS.some(stop => stop === status);
}

/** True for a run that was cancelled before any execution took it. */
export function isCanceledUnstarted({ status, inngest }: Snapshot): boolean {
  return status === 'canceled' && inngest?.owner === undefined;
}

/** True where `onFinish` and `onError` were called for the end of the leg that is stored. */
export function hasToldEnd({ inngest }: Snapshot): boolean {
  return inngest?.endTold === (inngest?.leg ?? 0);
}

/** The number of the leg that would follow what is stored. */
export function nextLeg(snapshot: Snapshot): number {
  return (snapshot.inngest?.leg ?? 0) + 1;
}

/** The name of a leg, for ids that must differ between legs. That of leg 0 is the run's id. */
export function legName(runId: string, leg: number, owner: string | undefined): string {
  return leg === 0 ? runId : `${runId}@${owner}`;
}

/** The name of the leg that a stored run is in. */
export function storedLegName({ runId, inngest: { leg = 0, owner } = {} }: Snapshot): string {
  return legName(runId, leg, owner);
}

/** After so many milliseconds, the event of a claim that no execution has taken counts as lost. */
export const CLAIM_PATIENCE = 5_000;

/** True where a caller claimed the leg, and its event must have been lost. */
export function isAbandoned({ status, inngest }: Snapshot, now: number): boolean {
  const { claim, owner } = inngest ?? {};
  return (
    status === 'running' && claim !== undefined && owner === undefined && now - claim.at > CLAIM_PATIENCE
  );
}

/**
 * True for a run that says that it executes and that no execution of this release has: it was begun elsewhere, or somebody
 * elsewhere has set it to `running` since it came to rest here.
 */
export function isLeftBehind({ status, inngest }: Snapshot): boolean {
  return (status === 'running' || status === 'waiting') && (!inngest || inngest.suspended === true);
}

/** True where the run still says what it was suspended with, so that it can be suspended again. */
export function isStillSuspended({ suspendedPaths, context }: Snapshot): boolean {
  const ids = Object.keys(suspendedPaths ?? {});
  const results = ids.map(id => context[id]);
  return ids.length > 0 && results.every(result => isRecord(result) && result.status === 'suspended');
}
