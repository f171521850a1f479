import type { Wire } from '../realtime/lane';
import type { RealtimePubSub } from '../realtime/pubsub';
import type { RunRecord } from '../snapshot/run-record';

/** What the caller of a run works with, wherever the run executes. */
export interface RunParts extends Wire {
  readonly record: RunRecord;
  /** The events of the runs of its workflow. */
  readonly realtime: RealtimePubSub;
  readonly destination: Destination;
}

/** The function that a run's events are for. */
export interface Destination {
  /** Id of the app that serves it. */
  app: string;
  functionOptions: Record<string, unknown>;
}
