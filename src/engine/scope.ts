import type { AnyMastra, EngineOptions, ExecuteParams, StepResults } from '../core-types';
import type { LegStart } from './leg-start';
import type { StreamTarget } from '../realtime/channel';
import type { WarningLog, Wire } from '../realtime/lane';
import type { Gathering } from '../realtime/pace';
import type { InngestPort } from '../sdk/port';
import type { RunRecord } from '../snapshot/run-record';
import type { Ancestor } from '../wire/start-event';
import type { TracingOptions } from '../wire/tracing-options';

/** One run, as the engine sees it while it executes. */
export interface RunScope {
  readonly mastra: AnyMastra;
  readonly port: InngestPort;
  readonly options: EngineOptions;
  /** In which statuses this run is stored, where its caller said so. */
  readonly storedStatuses?: readonly string[];
  readonly workflowId: string;
  /** The id that the run is stored under. */
  readonly runId: string;
  /** The run id that user code is given (`shownRunId`). */
  readonly shownRunId: string;
  readonly resourceId?: string;
  /** Inngest's run id: the owner of the snapshot. */
  readonly inngestRunId: string;
  /** 0-based: above 0 where the request before broke off or failed. */
  readonly attempt: number;
  /** Has the answer to this request wait for some work; missing where the SDK can't. */
  readonly beforeAnswer?: (work: () => Promise<void>) => void;
  /** When the run's event was made, in milliseconds since the epoch: the same on every replay. */
  readonly startedAt: number;
  /** Id of the event that started the run. */
  readonly startEvent?: string;
  /** The fingerprint of the graph that this version executes. */
  readonly graph: string;
  /** Names this leg of the run in ids that must not be those of another leg: events, calls, spans, nested runs. */
  readonly legName: string;
  /** How a later leg began; missing in the leg that begins with the start, and until the first op of a later one is done. */
  readonly leg?: LegStart;
  /** The results that the leg began with, as they were: core changes the ones that it is given. */
  readonly legResults?: StepResults;
  readonly record: RunRecord;
  /** This run's channel first, then those of its ancestors. */
  readonly targets: readonly StreamTarget[];
  /** Where what a step's `writer` writes goes: also to a parent that does not show this run's steps. */
  readonly chunkTargets: readonly StreamTarget[];
  /** The caller of the run; core passes it along everywhere but into `parallel`. */
  readonly actor?: ExecuteParams['actor'];
  /** What the caller of the outermost run says of the trace. */
  readonly tracingOptions?: TracingOptions;
  /** The workflows that this one is nested in, outermost first. */
  readonly ancestors: readonly Ancestor[];
  readonly nativeStep: unknown;
  /** For how long a step's events are gathered into one realtime message. */
  readonly gathering: Gathering;
  readonly log: WarningLog;
  /** How this run's events leave the process. */
  readonly wire: Wire;
}
