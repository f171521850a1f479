/** An event of an agent's stream as an event of its run: what a step wrote, so it has the run's numbers, log, row and channel. */
import type { EventTry, RunEvent } from '../realtime/channel';
import { decodeValue } from '../wire/decode';
import { encodeTolerantly } from '../wire/tolerant';
import type { AgentEvent } from './topics';

const TYPE = 'data-mastra-agent';
/** Stands in the place of events that the row has no room for (`realtime/events.ts`). */
const OMITTED = 'data-mastra-omitted';

/** Bytes of one event. What it is longer than that is left out, and a text says so in its place. */
const LONGEST = 4 * 1024 * 1024;

/** Which execution of a model's call an event is of. */
export interface CallTry extends EventTry {
  /** The same for all executions of the call. */
  call: string;
}

/** An event as an agent's stream has it. */
export interface StreamEvent {
  event: AgentEvent;
  /** How many places it takes in the stream. */
  count: number;
  callTry?: CallTry;
}

/** The event as the run tells it. */
export function runEventOf({ type, data }: AgentEvent, mastraTry?: CallTry): RunEvent {
  const event = { type: TYPE, data: { type, data: encodeTolerantly(data, LONGEST) } };
  return mastraTry ? { ...event, mastraTry } : event;
}

/** The event of the agent's stream; undefined for any other event of the run. */
export function agentEventOf(runId: string, event: RunEvent): StreamEvent | undefined {
  const callTry = event.mastraTry as CallTry | undefined;
  if (event.type === OMITTED) {
    const { events: count } = event.data as { events: number };
    return { event: { type: 'chunk', runId, data: { type: OMITTED, data: event.data } }, count };
  }
  if (event.type !== TYPE) return undefined;
  const { type, data } = event.data as { type: string; data: never };
  return { event: { type, runId, data: decodeValue(data) }, count: 1, callTry };
}
