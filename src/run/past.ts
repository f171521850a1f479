/** What a stored run tells of the events that it has had. */
import { omitPriorCompletionFields } from '@mastra/core/workflows';
import type { RunEvent } from '../realtime/channel';
import type { Snapshot } from '../snapshot/store';
import { isRecord } from '../wire/json';

const ENDS = ['workflow-step-result', 'workflow-step-suspended'];

/** The events that a stored run's steps must have caused, in the order in which they began. */
export function pastEvents({ context }: Snapshot): RunEvent[] {
  const steps = Object.entries(context).filter(
    (entry): entry is [string, Record<string, unknown>] => entry[0] !== 'input' && isRecord(entry[1]),
  );
  return steps
    .toSorted(([, one], [, other]) => Number(one.startedAt ?? 0) - Number(other.startedAt ?? 0))
    .flatMap(([id, result]) => stepEvents(id, result));
}

/** The start of a step whose end is `event`; undefined where the event ends no step. */
export function startBefore({ type, payload }: RunEvent): RunEvent | undefined {
  if (!ENDS.includes(type) || typeof payload?.id !== 'string') return undefined;
  const { stepCallId } = payload;
  const [start] = stepEvents(payload.id, payload);
  return start && stepCallId !== undefined ? { ...start, payload: { ...start.payload, stepCallId } } : start;
}

/** The events of one step, from its result. */
export function stepEvents(id: string, result: Record<string, unknown>): RunEvent[] {
  const { __state: _state, metadata: _metadata, ...known } = result;
  const begun = { id, ...omitPriorCompletionFields(known), status: 'running' };
  const start = { type: 'workflow-step-start', payload: begun };
  const payload = { id, ...known };
  if (result.status === 'running') return [start];
  if (result.status === 'waiting') return [{ type: 'workflow-step-waiting', payload }];
  if (result.status === 'suspended') return [start, { type: 'workflow-step-suspended', payload }];
  const finish = { type: 'workflow-step-finish', payload: { id, metadata: {} } };
  return [start, { type: 'workflow-step-result', payload }, finish];
}

/** What tells one event of a step from another: its times. Undefined for events that have none. */
export function keyOf({ type, payload }: RunEvent): string | undefined {
  const { id, startedAt, resumedAt, endedAt, suspendedAt } = payload ?? {};
  const time = type === 'workflow-step-start' ? (resumedAt ?? startedAt) : (endedAt ?? suspendedAt);
  return time === undefined ? undefined : JSON.stringify([type, id, time]);
}
