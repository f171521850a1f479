/** What a durable op returns, as JSON with a mark, so that a memoized step of ours is told from any other. */
import { getErrorFromUnknown } from '@mastra/core/error';
import { type ErrorCode, type ErrorPlace, MastraInngestError } from '../errors';
import { decodeValue } from './decode';
import { encodeRecord } from './encode';
import { type Json, isRecord } from './json';
import { shortened } from './left-out';
import { storableError, storableThrown } from './storable-error';

/** Key of the mark: a number, or the list of a step's times (`step-memo.ts`). */
export const MARK = 'mastra';
const VERSION = 1;

/** A body's content, marked and encoded. */
export function seal(content: object): Json {
  const encoded = encodeRecord(content);
  return { [MARK]: VERSION, ...encoded };
}

/** True for what `seal` made. */
export function isSealed(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && (value[MARK] === VERSION || Array.isArray(value[MARK]));
}

/** The content of a sealed value. */
export function unseal<T extends object>(value: unknown): T | undefined {
  if (!isSealed(value)) return undefined;
  const { [MARK]: _mark, ...content } = value;
  return decodeValue(content) as T;
}

/** Characters of a message and of a stack that the dashboard gets. */
const SHOWN = 32 * 1024;

/** How Node's console asks an object what to show of it. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

function shown(text: string): string {
  return shortened(text, SHOWN).toWellFormed();
}

/** Keeps a memo out of logs: both SDK majors log a failure with its cause. It is sent as it is. */
function unlogged(memo: Json): Json {
  return Object.defineProperty(Object(memo) as object, INSPECT, {
    value: () => '[what the run remembers of it]',
  }) as Json;
}

/** How the SDK marks an error that is in its wire form already. */
const SERIALIZED = '__serialized';

/**
 * A failure on its way through Inngest: the user's name, message and stack for the dashboard, and all the rest in `cause`,
 * which arrives unchanged on both SDK majors. Its own name tells the SDK not to retry: attempts are for crashes (I4).
 */
export class SealedFailure extends TypeError {
  override readonly name = 'NonRetriableError';
  #showsStack = true;
  /** The SDK sends an error that is marked so as it is, hence as `toJSON` says: otherwise by the name above. */
  readonly [SERIALIZED] = true;
  /** A property of its own: on SDK 3.50 the error changes its class on the way. */
  readonly toJSON: () => object;

  constructor(error: unknown, content: object) {
    const { name, message, stack } = storableError(error);
    // What the dashboard shows has to be Unicode; the message as it was is in the cause.
    super(shown(message), { cause: unlogged(seal(content)) });
    if (stack) this.stack = shown(stack);
    const wire = { [SERIALIZED]: true, name: shown(name), message: this.message };
    this.toJSON = () => ({ ...wire, stack: this.stack ?? '', cause: this.cause });
    for (const key of [SERIALIZED, 'toJSON']) Object.defineProperty(this, key, { enumerable: false });
  }

  /** The stack stands in the log already. */
  withoutStack(): this {
    this.#showsStack = false;
    return this;
  }

  /** In the log, a failure is one line and at most one stack. */
  [INSPECT](): string {
    return this.#showsStack && this.stack ? this.stack : `${this.name}: ${this.message}`;
  }
}

/** The failure of an op whose callback threw: final, as in core, and remembered as it was thrown. */
export function thrownFailure(thrown: unknown): SealedFailure {
  return new SealedFailure(thrown, { thrown: storableThrown(thrown) });
}

/** The content of a `SealedFailure` that came back from Inngest, or undefined for any other error. */
export function unsealFailure<T extends object>(error: unknown): T | undefined {
  return error instanceof Error ? unseal<T>(error.cause) : undefined;
}

/** Core stores and returns errors with a `toJSON`; a decoded one gets it here. */
export function asCoreError(error: unknown): Error {
  return getErrorFromUnknown(error, { serializeStack: false });
}

/** An error as core stores it in a run. */
export function storedError(error: unknown): unknown {
  const made = asCoreError(error) as Error & { toJSON?(): object };
  return made.toJSON?.() ?? { message: made.message, name: made.name };
}

/** The run is not this execution's to go on with: it must stop without writing anything for it. */
export interface Refusal {
  refused: { runId: string; code: string };
  /** The error itself, for a parent that shows it as its step's. */
  thrown?: unknown;
}

/** Why an op (or a nested run) refused run `runId`, if it did. */
export function refusalOf(error: unknown, runId: string): Refusal['refused'] | undefined {
  const refused = unsealFailure<Partial<Refusal>>(error)?.refused;
  return refused?.runId === runId ? refused : undefined;
}

/** The error of ours that refused run `runId`, where that is what `failure`, an error as Inngest keeps it, came from. */
export function refusingError(failure: unknown, runId: string): MastraInngestError | undefined {
  const { refused, thrown } = unseal<Partial<Refusal>>(isRecord(failure) ? failure.cause : undefined) ?? {};
  if (refused?.runId !== runId || !(thrown instanceof Error)) return undefined;
  const { message, workflowId, runId: place, stepId } = thrown as Error & ErrorPlace;
  return new MastraInngestError(refused.code as ErrorCode, message, { workflowId, runId: place, stepId });
}

/** Who executed a run's first op: Inngest's run, and the Mastra run where that is not the event's. */
export interface Owner {
  owner: string;
  /** Left out where it is the start event's. */
  runId?: string;
}

/**
 * Notes in a first op's memo who executed it, and under which graph. A dashboard's rerun from a step copies memos into another
 * Inngest run, and this is how that run knows itself for a copy.
 */
export async function withOwner(
  { inngestRunId, runId, graph }: { inngestRunId: string; runId: string; graph: string },
  body: () => Promise<Json>,
): Promise<Json> {
  // A run id of its own is that of the start event, which every request brings along.
  const run = runId === inngestRunId ? { owner: inngestRunId, runId } : inngestRunId;
  const note = { run, [GRAPH]: graph };
  try {
    const memo = await body();
    return isRecord(memo) ? { ...memo, ...note } : memo;
  } catch (error) {
    if (error instanceof SealedFailure && isRecord(error.cause))
      error.cause = unlogged({ ...error.cause, ...note });
    throw error;
  }
}

/** Key of the graph's fingerprint; short, since each request of the run brings it along. */
export const GRAPH = 'g';

/** The fingerprints of the graphs that a run was begun under, as its memos tell: first ops that ran at once may be of two versions. */
export function graphsIn(memos: Iterable<{ data?: unknown; error?: unknown }>): Set<string> {
  const found = new Set<string>();
  for (const memo of memos) {
    const graph = sealedIn(memo)?.[GRAPH];
    if (typeof graph === 'string') found.add(graph);
  }
  return found;
}

function sealedIn({ data, error }: { data?: unknown; error?: unknown }): Record<string, unknown> | undefined {
  const sealed = isSealed(data) ? data : isRecord(error) ? error.cause : undefined;
  return isSealed(sealed) ? sealed : undefined;
}

/** Who executed the first op of a run, as its memos tell. */
export function ownerIn(memos: Iterable<{ data?: unknown; error?: unknown }>): Owner | undefined {
  for (const memo of memos) {
    const sealed = sealedIn(memo);
    if (!sealed) continue;
    if (typeof sealed.run === 'string') return { owner: sealed.run };
    if (isRecord(sealed.run)) return sealed.run as unknown as Owner;
  }
  return undefined;
}
