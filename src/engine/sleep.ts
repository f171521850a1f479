import type { SleepParams, SleepUntilParams } from '../core-types';
import { callbackArgument } from './condition';
import type { EngineParts } from './engine-parts';
import type { Operation } from './operations';
import { type ContextChange, OpContext, applyContext } from './context-change';
import { seal, unseal } from './outcome';
import type { SpanOptions, SpanRef } from './span-ref';
import { StepEngine } from './step-engine';
import { storeWaiting, wakes } from './waiting';

interface SleepMemo {
  startedAt: number;
  /** Milliseconds since the epoch; absent for a sleepUntil without a date. */
  until?: number;
  /** Milliseconds that a function said, at the time when it said so. */
  asked?: number;
  aborted?: boolean;
  state?: Record<string, unknown>;
  context?: ContextChange;
}

type AnySleep = SleepParams | SleepUntilParams;

/** `.sleep()`: one op for the waiting event, the snapshot and the duration, then Inngest's own sleep. */
export async function sleepDurably(parts: EngineParts, params: SleepParams): Promise<void> {
  const memo = await startSleep(parts, params, async argument => {
    const { fn, duration } = params.entry;
    const milliseconds = Number(fn ? await fn(argument) : duration) || 0;
    return { until: Date.now() + Math.max(0, milliseconds), asked: milliseconds };
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
  until: (argument: never) => Promise<Pick<SleepMemo, 'until' | 'asked'>>,
): Promise<SleepMemo> {
  const { executionContext, entry, abortController } = params;
  const abort = new AbortController();
  const id = parts.ids.sleepStart(executionContext.executionPath, entry.id);
  const span = parts.trace.child(params.tracingContext?.currentSpan, id, sleepSpan(entry));
  const start = async (operation: Operation) => {
    const outcome: SleepMemo = { startedAt: Date.now() };
    if (span) parts.trace.begin(span, outcome.startedAt);
    const engine = new StepEngine(parts.scope, parts.operations.guardedTools(entry.id), 0);
    const own = new OpContext(parts.scope, params.requestContext);
    const length = await until(
      sleepArgument(parts, params, { operation, abort, engine, outcome, own, span }),
    );
    outcome.until = length.until;
    if (entry.fn && span) outcome.asked = length.asked;
    const state = { name: 'state', path: '$.state', value: outcome.state };
    outcome.context = own.checkedChange(entry.id, entry.id, [state]);
    if (abort.signal.aborted) outcome.aborted = true;
    await storeWaiting(parts, params, operation);
    return seal(outcome);
  };
  const body = (operation: Operation) => start(operation).finally(() => operation.releaseEvents());
  const memo = await parts.operations.runCallback(id, body, { holds: true });
  const outcome = unseal<SleepMemo>(memo) ?? { startedAt: 0 };
  if (outcome.aborted) abortController?.abort();
  if (outcome.state) executionContext.state = outcome.state;
  applyContext(params.requestContext, outcome.context);
  const endedAt = Math.max(outcome.startedAt, outcome.until ?? 0);
  // After the sleep's own op, hence in the op that follows the sleep.
  const end = { attributes: entry.fn ? { durationMs: outcome.asked } : {} };
  if (span) parts.operations.deferAction(() => parts.trace.finish(span, end, outcome.startedAt));
  wakes(parts, params, params.requestContext);
  parts.times.record(executionContext, { startedAt: outcome.startedAt, endedAt } as never);
  return outcome;
}

interface SleepOperation {
  operation: Operation;
  abort: AbortController;
  engine: StepEngine;
  outcome: SleepMemo;
  own: OpContext;
  span: SpanRef | undefined;
}

function sleepArgument(parts: EngineParts, params: AnySleep, current: SleepOperation): never {
  const { operation, abort, engine, outcome, own, span } = current;
  return callbackArgument(
    {
      scope: parts.scope,
      pubsub: parts.pubsub.within(operation),
      name: params.entry.type,
      callId: operation.stepCallId,
      stepResults: params.stepResults,
      executionContext: params.executionContext,
      requestContext: own.own,
      inputData: params.prevOutput,
      observability: parts.trace.contextOf(span),
      abort,
      engineContext: engine.getEngineContext(),
    },
    {
      suspend: async () => {},
      setState: async (state: Record<string, unknown>) => {
        outcome.state = state;
      },
    },
  );
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
