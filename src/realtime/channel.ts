/** The one topic that a run's events are published on. */
export const WATCH_TOPIC = 'watch';

/** The realtime channel of a run: `workflow:<workflowId>:<runId>`. */
export function runChannel(workflowId: string, runId: string): string {
  return `workflow:${workflowId}:${runId}`;
}

/** Name of core's pubsub topic for a run's events. */
export function eventsTopic(runId: string): string {
  return `workflow.events.v2.${runId}`;
}

/** Core's pubsub topic on which a nested workflow's events reach its parent. */
export const NESTED_TOPIC = 'nested-watch';

/** A workflow event as it travels: `{ type, payload }`, or a user's chunk with fields of its own. */
export interface RunEvent {
  type: string;
  payload?: Record<string, unknown>;
  [field: string]: unknown;
}

/** A published event: `mastraEventId` is the same each time the same thing is published (I9), so that a consumer can drop doubles. */
export interface PublishedEvent extends RunEvent {
  /** Not `id`: a user's chunk has one of its own. */
  mastraEventId: string;
  /** Which leg of the run has come to its end; on the last event of each. */
  mastraLeg?: number;
  /** This is the extract of a longer event, which travels in so many parts. */
  mastraParts?: number;
  /** Where the event stands among those of the op that published it, if its id does not say so: `<leg>/<op>#<number>`. */
  mastraPosition?: string;
}

/** Where an event stands: `<leg>/<op>#<number>`, one of a kind on its channel. */
export function positionText({ mastraPosition, mastraEventId }: PublishedEvent): string {
  return mastraPosition ?? mastraEventId;
}

/** What a log knows an event by. An op that is executed again may write more or less, so what stands at a position may be another event. */
export function logId(event: PublishedEvent): string {
  const { id, stepCallId } = event.payload ?? {};
  const call = typeof stepCallId === 'string' ? ` ${event.type} ${String(id)} ${stepCallId}` : '';
  return `${positionText(event)}${call}`;
}

/** Type of a message that carries several events, for streams that ask for it: `{ type, events }`. */
export const BATCH_TYPE = 'mastra-batch';

/** A channel that gets a run's events. `prefix` is put before step ids: a parent sees `<childWorkflowId>.<stepId>`. */
export interface StreamTarget {
  channel: string;
  prefix: string;
  /** A nested run's own channel: its events are read by their parents' watchers, so few messages do for it. */
  quiet?: boolean;
}

/** The event as one target sees it. Chunks of users (`data-…`) have no step id and stay as they are. */
export function eventFor(target: StreamTarget, event: RunEvent): RunEvent {
  const id = event.payload?.id;
  if (!target.prefix || typeof id !== 'string') return event;
  return { ...event, payload: { ...event.payload, id: `${target.prefix}${id}` } };
}
