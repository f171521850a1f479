import type { ExecuteParams } from '../core-types';
import type { Json } from '../wire/json';

/** What the first op of a later leg remembers: where and with what the run goes on. */
export interface LegStart {
  /** 1 for the first leg after the start. */
  number: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  input: unknown;
  state: Record<string, unknown>;
  requestContext: Record<string, unknown>;
  resourceId?: string;
  /** Id of the event that started the run. */
  startEvent?: string;
  /** The caller's claim that this leg executes. */
  claim?: { token: string; at: number };
  resume?: ExecuteParams['resume'];
  /** Resume: the span of the run until then. */
  traced?: { traceId?: string; spanId?: string };
  timeTravel?: ExecuteParams['timeTravel'];
  restart?: ExecuteParams['restart'];
  /** Restart: the name of the leg that was interrupted, from which its nested runs have their ids. */
  interrupted?: string;
  /** Restart of a run that was lost more than once: the nested runs of the legs before, by their op ids. */
  begun?: Record<string, string>;
  /** Restart: the run was begun by something else, such as Mastra's own engine, which calls nested runs as it does. */
  elsewhere?: boolean;
  /** Resume: how far the inlined workflows were that are suspended, by the steps that they are; encoded. */
  inlined?: Record<string, Json>;
  /** Time travel: the runs that nested workflows had, by step; one per item for a foreach. */
  nestedRuns?: Record<string, string | (string | null)[]>;
}
