/** What a durable op returns, as JSON with a mark, so that a memoized step of ours is told from any other. */
import { getErrorFromUnknown } from '@mastra/core/error';
import { decodeValue } from '../wire/decode';
import { encodeRecord } from '../wire/encode';
import { type Json, isRecord } from '../wire/json';

const MARK = 'mastra';
const VERSION = 1;

/** A body's content, marked and encoded. */
export function seal(content: object): Json {
  const encoded = encodeRecord(content);
  return { [MARK]: VERSION, ...encoded };
}

/** True for what `seal` made. */
export function isSealed(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && value[MARK] === VERSION;
}

/** The content of a sealed value. */
export function unseal<T extends object>(value: unknown): T | undefined {
  if (!isSealed(value)) return undefined;
  const { [MARK]: _mark, ...content } = value;
  return decodeValue(content) as T;
}

/**
 * A failure on its way through Inngest: the user's message and stack for the dashboard, and all the rest in `cause`,
 * which arrives unchanged on both SDK majors. The name tells the SDK not to retry: attempts are for crashes (I4).
 */
export class SealedFailure extends TypeError {
  override readonly name = 'NonRetriableError';

  constructor(error: unknown, content: object) {
    const original = error instanceof Error ? error : getErrorFromUnknown(error);
    super(original.message, { cause: seal(content) });
    if (original.stack) this.stack = original.stack;
  }
}

/** The content of a `SealedFailure` that came back from Inngest, or undefined for any other error. */
export function unsealFailure<T extends object>(error: unknown): T | undefined {
  return error instanceof Error ? unseal<T>(error.cause) : undefined;
}

/** Core stores and returns errors with a `toJSON`; a decoded one gets it here. */
export function asCoreError(error: unknown): Error {
  return getErrorFromUnknown(error, { serializeStack: false });
}

/** The run belongs to another execution: this one must stop without writing anything for it. */
export interface Refusal {
  refused: { runId: string };
}

/** True where an op (or a nested run) failed because run `runId` is not this execution's. */
export function isRefusal(error: unknown, runId: string): boolean {
  return unsealFailure<Partial<Refusal>>(error)?.refused?.runId === runId;
}
