/** What an op changed in the request context: remembered with the op, and the same on the first pass and on a replay (I7). */
import { RequestContext } from '@mastra/core/request-context';
import type { Context } from '../core-types';
import { storedCopy } from '../wire/decode';
import { encodeValue } from '../wire/encode';
import { jsonSize } from '../wire/limits';
import { serializedContext, unstorableKeys } from '../wire/request-context';
import type { RunScope } from './scope';
import { type NamedValue, requireStorable } from './storable-values';

/** Keys of the request context that an op set or removed. */
export interface ContextChange {
  set: Record<string, unknown>;
  removed: string[];
}

/** A serialised request context as it was, key by key: later changes inside its objects do not show in it. */
export type ContextImage = Record<string, string>;

/** Bytes of JSON of one value that a failed step put into the request context. */
const MOST_OF_FAILED = 1024 * 1024;

/** Applies what an op changed in the run's request context. */
export function applyContext(requestContext: Context, change: ContextChange | undefined): void {
  for (const [key, value] of Object.entries(change?.set ?? {})) requestContext.set(key, value);
  for (const key of change?.removed ?? []) requestContext.delete(key);
}

/** What changed in the request context, as `requireStorable` takes it. */
export function contextValue(change: ContextChange | undefined): NamedValue {
  return { name: 'request context', path: '$.requestContext', value: change?.set };
}

/** Takes an image of a serialised request context. */
export function contextImage(values: Record<string, unknown>): ContextImage {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value) ?? '']));
}

/** What changed in a serialised request context since its image was taken. */
export function contextChange(
  before: ContextImage,
  values: Record<string, unknown>,
): ContextChange | undefined {
  const after = contextImage(values);
  const set: Record<string, unknown> = {};
  for (const [key, json] of Object.entries(after)) {
    if (before[key] !== json) set[key] = values[key];
  }
  const removed = Object.keys(before).filter(key => !(key in after));
  return Object.keys(set).length + removed.length > 0 ? { set, removed } : undefined;
}

/**
 * The request context of one op's user code, to be changed as it likes: the run's own gets only what is remembered of that. Else
 * a function in it would be seen by the next step of the same request, and by no step of another.
 */
export class OpContext {
  /** What user code gets. */
  readonly own: Context;
  private readonly before: ContextImage;

  constructor(
    private readonly scope: RunScope,
    private readonly shared: Context,
  ) {
    const entries = [...shared.entries()] as [string, unknown][];
    this.own = new RequestContext(entries.map(([key, value]) => [key, copyOf(value)]));
    this.before = contextImage(serializedContext(shared));
  }

  /** What user code has changed so far. */
  change(): ContextChange | undefined {
    return contextChange(this.before, serializedContext(this.own));
  }

  /**
   * What user code outside a step has changed, to be remembered. `where`: the op or the callback, for the log; `others`: what is
   * remembered with it.
   * @throws MastraInngestError where that can't be stored, or is too large
   */
  checkedChange(
    where: string,
    stepId: string | undefined,
    others: readonly NamedValue[] = [],
  ): ContextChange | undefined {
    const { workflowId, runId } = this.scope;
    const change = this.change();
    this.warn(where);
    requireStorable([contextValue(change), ...others], {
      workflowId,
      runId,
      ...(stepId !== undefined && { stepId }),
    });
    return change;
  }

  /** The same without what can't be stored or is large, for a step that has failed anyway. */
  storableChange(): ContextChange | undefined {
    const change = this.change();
    const set = Object.entries(change?.set ?? {}).filter(([, value]) => isStorable(value));
    return change && { ...change, set: Object.fromEntries(set) };
  }

  /** The run's request context after a change, serialised. */
  kept(change: ContextChange | undefined): Record<string, unknown> {
    const removed = new Set(change?.removed);
    const all = Object.entries({ ...serializedContext(this.shared), ...change?.set });
    return Object.fromEntries(all.filter(([key]) => !removed.has(key)));
  }

  /** Says in the log what no later step will see. */
  warn(where: string): void {
    const { log, workflowId, runId } = this.scope;
    const keys = unstorableKeys(this.own);
    if (keys.length === 0) return;
    const details = { workflowId, runId, stepId: where, keys };
    log.warn("What was put into the request context can't be stored; no later step sees it.", details);
  }
}

function isStorable(value: unknown): boolean {
  try {
    return jsonSize(encodeValue(value)) <= MOST_OF_FAILED;
  } catch {
    return false;
  }
}

function copyOf(value: unknown): unknown {
  try {
    return storedCopy(value);
  } catch {
    return value;
  }
}
