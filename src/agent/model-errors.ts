/** A provider that says when it may be asked again is asked then, and no process waits for that. All other errors are core's to judge. */
import { globalRunRegistry } from '@mastra/core/agent/durable';
import { RetryAsked } from '../engine/step-engine';
import { isRecord } from '../wire/json';
import type { CallParams } from './graph';
import { replaced } from './replaced';
import { factsOf } from './run-facts';
import type { StepPubSub } from './step-pubsub';

/** How often a model is asked in all: as often as Inngest tries a step. */
const TRIES = 4;
/** The longest wait, in milliseconds, that a provider may ask for; beyond that, it has failed. */
const LONGEST = 24 * 3_600_000;

/**
 * Calls core's step of the model. Where the provider refused for now and said until when, the step is tried again then, and nothing of the
 * refusal is told.
 * @throws RetryAsked
 */
export async function withProvidersPause(
  params: CallParams,
  pubsub: StepPubSub,
  call: () => unknown,
): Promise<unknown> {
  const errors: unknown[] = [];
  const entry = globalRunRegistry.get(factsOf(params).runId);
  const { model, modelList } = entry ?? {};
  if (entry && model) entry.model = heard(model, errors);
  if (entry && modelList)
    entry.modelList = modelList.map(one => ({ ...one, model: heard(one.model, errors) }));
  pubsub.holdErrors();
  try {
    const output = await call();
    const isLastTry = Number(params.retryCount ?? 0) + 1 >= TRIES;
    const pause = isLastTry || !hasFailed(output) ? undefined : pauseAsked(errors.at(-1));
    if (pause === undefined) return output;
    await pubsub.forget();
    throw new RetryAsked(TRIES, pause, errors.at(-1));
  } finally {
    if (entry && model) Object.assign(entry, { model, modelList });
    await pubsub.releaseErrors();
  }
}

interface Streamed {
  stream: ReadableStream<{ type: string; error?: unknown }>;
}

/** The model; what its provider's SDK throws is noted, as core tells of the message alone. */
function heard<T extends object>(model: T, errors: unknown[]): T {
  const { doStream } = model as { doStream?: (...args: unknown[]) => Promise<Streamed> };
  if (!doStream) return model;
  const listening = async (...args: unknown[]) => {
    try {
      const result = await doStream.apply(model, args);
      const noting = new TransformStream<{ type: string; error?: unknown }>({
        transform: (part, controller) => {
          if (part.type === 'error') errors.push(part.error);
          controller.enqueue(part);
        },
      });
      return { ...result, stream: result.stream.pipeThrough(noting) };
    } catch (error) {
      errors.push(error);
      throw error;
    }
  };
  return replaced(model, { doStream: listening });
}

function hasFailed(output: unknown): boolean {
  const { stepResult } = (output ?? {}) as { stepResult?: { reason?: string } };
  return stepResult?.reason === 'error';
}

/** How long the provider wants to be left alone, in milliseconds; undefined where it does not say, or where asking again is no use. */
function pauseAsked(error: unknown): number | undefined {
  for (let cause = error, depth = 0; isRecord(cause) && depth < 5; cause = cause.cause, depth++) {
    if (cause.isRetryable === false) return undefined;
    if (!isRecord(cause.responseHeaders)) continue;
    const pause = pauseIn(cause.responseHeaders);
    return pause !== undefined && pause <= LONGEST ? pause : undefined;
  }
  return undefined;
}

/** By the headers `retry-after-ms` (of OpenAI) or `retry-after`: seconds, or a date (RFC 9110, section 10.2.3). */
function pauseIn(headers: Record<string, unknown>): number | undefined {
  const { 'retry-after-ms': milliseconds, 'retry-after': after } = headers;
  if (milliseconds !== undefined && Number(milliseconds) >= 0) return Number(milliseconds);
  if (typeof after !== 'string' && typeof after !== 'number') return undefined;
  const pause = /^\d+(\.\d+)?$/.test(String(after))
    ? Number(after) * 1000
    : Date.parse(String(after)) - Date.now();
  return Number.isFinite(pause) ? Math.max(0, pause) : undefined;
}
