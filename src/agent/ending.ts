import type { Ending } from '../run/tell-run';
import type { AgentEvent } from './topics';

/** Types of the events after which an agent's stream brings nothing. */
const LAST = ['finish', 'error', 'abort'];

export function isLast({ type }: { type: string }): boolean {
  return LAST.includes(type);
}

const NO_USAGE = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };

/**
 * The last event of a stream whose run ended without one: it failed, was cancelled, or the event is not kept. So whoever watches hears
 * of the end, whatever became of the process that began the run.
 */
export function lastEventOf(runId: string, { status, result, error }: Ending): AgentEvent {
  if (status === 'success') return { type: 'finish', runId, data: result };
  if (status === 'canceled') {
    const stepResult = { reason: 'abort', warnings: [], isContinued: false };
    return { type: 'finish', runId, data: { output: { text: '', usage: NO_USAGE, steps: [] }, stepResult } };
  }
  const {
    name = 'Error',
    message = `The run ended with the status ${status}.`,
    stack,
  } = (error ?? {}) as Partial<Error>;
  return { type: 'error', runId, data: { error: { name, message, stack } } };
}
