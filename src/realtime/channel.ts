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

/**
 * Which execution of its op an event is of, where an execution that was cut off and the one that took its place tell different things: a
 * model says something else each time. Their events are numbered apart.
 */
export interface EventTry {
  /** Another one for each execution. */
  id: string;
  /** 0-based, among those of this execution. */
  number: number;
}

/** A published event. It may be published twice, after a crash; `mastraEventId` is the same then, so a reader can drop the second (I9). */
export interface PublishedEvent extends RunEvent {
  /** Not `id`: a user's chunk has one of its own. */
  mastraEventId: string;
  /** The leg that has ended; on the last event of each leg. */
  mastraLeg?: number;
  /** This is the extract of a longer event, which travels in so many parts. */
  mastraParts?: number;
  /** The event's position `<leg>/<op>#<number>`, where its id is another. */
  mastraPosition?: string;
  mastraTry?: EventTry;
}

/** The position of an event, unique on its channel: `<leg>/<op>#<number>`. */
export function positionText({ mastraPosition, mastraEventId, mastraTry }: PublishedEvent): string {
  const text = mastraPosition ?? mastraEventId;
  if (!mastraTry) return text;
  return `${text.slice(0, text.lastIndexOf('#'))}~${mastraTry.id}#${mastraTry.number}`;
}

/** The id of an event in a log. An op that is executed again may write more or fewer events, so the position alone does not tell them apart. */
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
  /** A nested run's own channel: watchers read its events on their parent's channel, so here they are sent in few messages. */
  quiet?: boolean;
}

/** The event as one target sees it. Chunks of users (`data-…`) have no step id and stay as they are. */
export function eventFor(target: StreamTarget, event: RunEvent): RunEvent {
  const id = event.payload?.id;
  if (!target.prefix || typeof id !== 'string') return event;
  return { ...event, payload: { ...event.payload, id: `${target.prefix}${id}` } };
}
