/** The shape of every event that this package makes; core makes the others (source: @mastra/core, `WorkflowStreamEvent`). */
import type { RunEvent } from './channel';

/** Which call of which step an event is of. */
export interface StepCall {
  id: string;
  stepCallId?: string;
}

type Fields = Record<string, unknown>;

/** A step begins; `info` is what is known of it: payload, startedAt or resumedAt, in milliseconds since the epoch. */
export function stepStarted(call: StepCall, info: Fields): RunEvent {
  return { type: 'workflow-step-start', payload: { ...call, ...info, status: 'running' } };
}

/** How a step ended, or that it is suspended; then its end. */
export function stepEnded(call: StepCall, result: Fields): RunEvent[] {
  const payload = { ...call, ...result };
  if (result.status === 'suspended') return [{ type: 'workflow-step-suspended', payload }];
  return [{ type: 'workflow-step-result', payload }, stepFinished(call)];
}

function stepFinished(call: StepCall): RunEvent {
  return { type: 'workflow-step-finish', payload: { ...call, metadata: {} } };
}

/** How a step ended, or that it is suspended: what its finish, if any, comes after. */
export function isStepEnd({ type }: RunEvent): boolean {
  return type === 'workflow-step-result' || type === 'workflow-step-suspended';
}

/** All that core tells of a step which wrote nothing, from its result; nothing of one that has no end yet but its start. */
export function eventsOfStep(call: StepCall, result: Fields): RunEvent[] {
  const { nestedRunId: _run, ...metadata } = (result.metadata ?? {}) as Fields;
  const hasMetadata = Object.keys(metadata).length > 0;
  const { metadata: _all, ...rest } = result;
  const known = hasMetadata ? { ...rest, metadata } : rest;
  if (result.status === 'waiting') return [{ type: 'workflow-step-waiting', payload: { ...call, ...known } }];
  const start = stepStarted(call, withoutEnd(known));
  return result.status === 'running' ? [start] : [start, ...stepEnded(call, known)];
}

/** The fields of a step's end (source: @mastra/core, `omitPriorCompletionFields`, which older versions lack). */
const OF_AN_END = [
  'output',
  'error',
  'endedAt',
  'suspendedAt',
  'suspendPayload',
  'suspendOutput',
  'tripwire',
  'nonRetryable',
];

/** A step's result without the fields of its end: what its start event says. */
export function withoutEnd(result: Fields): Fields {
  return Object.fromEntries(Object.entries(result).filter(([key]) => !OF_AN_END.includes(key)));
}

/**
 * The last event of each leg: the run comes to rest. `leg` tells waiters whose end it is. The status stands there twice: by core's
 * name, and by the name that readers of the npm package's channel look for.
 */
export function runFinished(
  payload: Fields & { runId: string; workflowStatus: string },
  leg: number,
): RunEvent {
  return { type: 'workflow-finish', payload: { ...payload, status: payload.workflowStatus }, mastraLeg: leg };
}

/** True for the last event of a leg. Core's older streams make an event of the same type, which ends only themselves. */
export function isEnd({ type, payload }: RunEvent): boolean {
  return type === 'workflow-finish' && payload?.workflowStatus !== undefined;
}

/** The event of core's streams for a status that no step's event tells; undefined for the others. */
export function statusEvent(status: string): RunEvent | undefined {
  return status === 'canceled' || status === 'paused'
    ? { type: `workflow-${status}`, payload: {} }
    : undefined;
}

/** Stands in the place of events that a step wrote and that are not stored. */
export function omitted(count: number): RunEvent {
  return { type: 'data-mastra-omitted', data: { events: count } };
}
