/**
 * A model's call that a crash cut off is made again, and says something else: so the events of each execution of its op are numbered
 * apart, and whoever listens hears that the call begins anew.
 */
import { randomUUID } from 'node:crypto';
import type { Operation } from '../engine/operations';
import { isRecord } from '../wire/json';
import type { CallTry, StreamEvent } from './stream-event';
import type { AgentEvent } from './topics';

const tries = new WeakMap<Operation, { id: string; count: number }>();

/** The op calls a model, from now on. */
export function beginTry(operation: Operation): void {
  if (!tries.has(operation)) tries.set(operation, { id: randomUUID().slice(0, 8), count: 0 });
}

/** The place of the op's next event; undefined for an op that calls no model. */
export function nextTry(operation: Operation | undefined): CallTry | undefined {
  const known = operation && tries.get(operation);
  return known && { call: operation.stepCallId, id: known.id, number: known.count++ };
}

/** What one listener has heard of a call. */
interface Heard {
  id: string;
  over: Set<string>;
  /** How many chunks of the execution that goes on. */
  chunks: number;
}

/** The executions of model calls, as one listener hears of them. */
export class HeardTries {
  private readonly calls = new Map<string, Heard>();

  /** What the listener is told for an event: itself, nothing for one of an execution that another has taken the place of, or that first. */
  told({ event, callTry }: StreamEvent): AgentEvent[] {
    if (!callTry) return [event];
    const { call, id } = callTry;
    const heard = this.calls.get(call) ?? { id, over: new Set(), chunks: 0 };
    this.calls.set(call, heard);
    if (heard.over.has(id)) return [];
    const restart = heard.id === id ? [] : [restarted(event.runId, heard.chunks)];
    if (heard.id !== id) {
      heard.over.add(heard.id);
      Object.assign(heard, { id, chunks: 0 });
    }
    if (isChunk(event)) heard.chunks++;
    return [...restart, event];
  }
}

/** Whether the event is a chunk of the stream: others only call the caller's functions (source: @mastra/core, `createDurableAgentStream`). */
export function isChunk({ type, data }: AgentEvent): boolean {
  return type === 'chunk' || (type === 'step-start' && isRecord(data) && 'type' in data);
}

const RESTART = 'data-mastra-restart';

export function isRestart({ type, data }: AgentEvent): boolean {
  return type === 'chunk' && (data as { type?: string } | undefined)?.type === RESTART;
}

/** The last `chunks` chunks of the stream are void: their call was cut off, and begins anew. */
export function restarted(runId: string, chunks: number): AgentEvent {
  return { type: 'chunk', runId, data: { type: RESTART, data: { chunks } } };
}
