import type { ObservabilityContext } from '@mastra/core/observability';
import type { SleepParams, SleepUntilParams } from '../core-types';
import { type Callback, callbackOp } from './callback-op';
import type { EngineParts } from './engine-parts';
import type { ContextChange } from './context-change';
import type { SpanOptions } from './span-ref';
import { storeWaiting, wakes } from './waiting';

interface SleepMemo {
  startedAt: number;
  /** Milliseconds since the epoch; absent for a sleepUntil without a date. */
  until?: number;
  /** Milliseconds that a function said, at the time when it said so. */
  asked?: number;
  state?: Record<string, unknown>;
  context?: ContextChange;
}

type AnySleep = SleepParams | SleepUntilParams;

/** `.sleep()`: one op for the waiting event, the snapshot and the duration, then Inngest's own sleep. */
export async function sleepDurably(parts: EngineParts, params: SleepParams): Promise<void> {
  const memo = await startSleep(parts, params, async (argument, startedAt) => {
    const { fn, duration } = params.entry;
    const milliseconds = Number(fn ? await fn(argument) : duration) || 0;
    // From the op's beginning, so that Inngest is told the very length: its sleep begins when this op is done.
    return { until: startedAt + Math.max(0, milliseconds), asked: milliseconds };
  });
  const { executionPath } = params.executionContext;
  const length = (memo.until ?? 0) - memo.startedAt;
  if (length > 0) await parts.operations.sleep(parts.ids.sleep(executionPath, params.entry.id), length);
}

/** `.sleepUntil()`: the same with a date. */
export async function sleepUntilDurably(parts: EngineParts, params: SleepUntilParams): Promise<void> {
  const memo = await startSleep(parts, params, async argument => {
    const { fn, date } = params.entry;
    const value: unknown = fn ? await fn(argument) : date;
    if (value === undefined || value === null) return {};
    const until = new Date(value as string).getTime();
    return { until, asked: Math.max(0, until - Date.now()) };
  });
  const { executionPath } = params.executionContext;
  if (memo.until === undefined || memo.until <= memo.startedAt) return;
  await parts.operations.sleepUntil(parts.ids.sleep(executionPath, params.entry.id), new Date(memo.until));
}

async function startSleep(
  parts: EngineParts,
  params: AnySleep,
  until: (argument: never, startedAt: number) => Promise<Pick<SleepMemo, 'until' | 'asked'>>,
): Promise<SleepMemo> {
  const { executionContext, entry } = params;
  const id = parts.ids.sleepStart(executionContext.executionPath, entry.id);
  const span = parts.trace.child(params.tracingContext?.currentSpan, id, sleepSpan(entry));
  const start = async (callback: Callback) => {
    const outcome: SleepMemo = { startedAt: Date.now() };
    if (span) parts.trace.begin(span, outcome.startedAt);
    const observability = parts.trace.contextOf(span);
    const length = await until(sleepArgument(params, callback, observability, outcome), outcome.startedAt);
    outcome.until = length.until;
    if (entry.fn && span) outcome.asked = length.asked;
    const state = { name: 'state', path: '$.state', value: outcome.state };
    outcome.context = callback.context.checkedChange(entry.id, entry.id, [state]);
    await storeWaiting(parts, params, callback.operation);
    return outcome;
  };
  const body = (callback: Callback) => start(callback).finally(() => callback.operation.releaseEvents());
  const given = { inputData: params.prevOutput as unknown, state: executionContext.state };
  const outcome = (await callbackOp(parts, id, { ...params, given }, body, { holds: true })) ?? {
    startedAt: 0,
  };
  if (outcome.state) executionContext.state = outcome.state;
  const endedAt = Math.max(outcome.startedAt, outcome.until ?? 0);
  // After the sleep's own op, hence in the op that follows the sleep.
  const end = { attributes: entry.fn ? { durationMs: outcome.asked } : {} };
  if (span) parts.operations.deferAction(() => parts.trace.finish(span, end, outcome.startedAt));
  wakes(parts, params, params.requestContext);
  parts.times.record(executionContext, { startedAt: outcome.startedAt, endedAt });
  return outcome;
}

function sleepArgument(
  params: AnySleep,
  callback: Callback,
  observability: ObservabilityContext,
  outcome: SleepMemo,
): never {
  const { entry } = params;
  const inputData: unknown = params.prevOutput;
  const own = { name: entry.type, stepId: entry.id, inputData, observability };
  return callback.argument(params, own, {
    suspend: async () => {},
    setState: async (state: Record<string, unknown>) => {
      outcome.state = state;
    },
  });
}

/** A sleep's span, as core makes it (source: @mastra/core, `handlers/sleep`). */
function sleepSpan(entry: AnySleep['entry']): SpanOptions {
  const sleepType = entry.fn ? 'dynamic' : 'fixed';
  const { description, metadata } = entry;
  const authored = {
    entryId: entry.id.trim() || undefined,
    entryDescription: description?.trim() || undefined,
    entryMetadata: metadata,
  };
  const type = 'workflow_sleep';
  if (entry.type === 'sleep') {
    const { duration } = entry;
    const attributes = { durationMs: duration, sleepType, ...authored };
    return { type, name: `sleep: ${duration ? `${duration}ms` : 'dynamic'}`, attributes };
  }
  const { date } = entry;
  const attributes = { untilDate: date, sleepType, ...authored };
  return { type, name: `sleepUntil: ${date ? date.toISOString() : 'dynamic'}`, attributes };
}
