/** An event of an agent's stream as an event of its run: what a step wrote, so it has the run's numbers, log, row and channel. */
import type { RunEvent } from '../realtime/channel';
import { decodeValue } from '../wire/decode';
import { encodeTolerantly } from '../wire/tolerant';
import type { AgentEvent } from './topics';

const TYPE = 'data-mastra-agent';
/** Stands in the place of events that the row has no room for (`realtime/events.ts`). */
const OMITTED = 'data-mastra-omitted';

/** Bytes of one event. What it is longer than that is left out, and a text says so in its place. */
const LONGEST = 4 * 1024 * 1024;

/** The event as the run tells it. */
export function runEventOf({ type, data }: AgentEvent): RunEvent {
  return { type: TYPE, data: { type, data: encodeTolerantly(data, LONGEST) } };
}

/** The event of the agent's stream, and how many places it takes there; undefined for any other event of the run. */
export function agentEventOf(
  runId: string,
  event: RunEvent,
): { event: AgentEvent; count: number } | undefined {
  if (event.type === OMITTED) {
    const { events: count } = event.data as { events: number };
    return { event: { type: 'chunk', runId, data: event }, count };
  }
  if (event.type !== TYPE) return undefined;
  const { type, data } = event.data as { type: string; data: never };
  return { event: { type, runId, data: decodeValue(data) }, count: 1 };
}
