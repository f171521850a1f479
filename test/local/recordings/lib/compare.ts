import type { Order } from '../scenarios.js';
import type { Call, Run, Trace } from './trace.js';
import { isObject, targetOf, type Execution, type Json } from './types.js';

/** Reduces a trace to what its order mode compares; both sides go through the same reduction. */
export function comparable(trace: Trace, order: Order): unknown {
  if (order === 'exact' || order === 'partial') return trace;
  return { runs: trace.runs.map(run => (order === 'coalesced' ? coalesced(run) : free(run))) };
}

const isTargeted = (call: Call) => call.target !== 'step';

/** Planned steps between two discoveries ran side by side: their order is free, and what they see of each other. */
function coalesced(run: Run): unknown {
  const parts: unknown[] = [];
  let side: Call[] = [];
  const flush = () => {
    if (side.length > 0) parts.push({ sideBySide: side.sort(byTarget).map(withoutState) });
    side = [];
  };
  for (const call of run.calls) {
    if (isTargeted(call)) side.push(call);
    else {
      flush();
      parts.push({ ...call, stack: [...call.stack].sort(), answer: sortedOps(call.answer) });
    }
  }
  flush();
  return { ...run, calls: parts };
}

function byTarget(a: Call, b: Call): number {
  return a.target === b.target ? a.attempt - b.attempt : a.target < b.target ? -1 : 1;
}

function withoutState({ current: _current, stack: _stack, steps: _steps, ...rest }: Call): Partial<Call> {
  return rest;
}

function sortedOps(answer: unknown): unknown {
  if (!Array.isArray(answer) || !answer.every(isObject)) return answer;
  return [...answer].sort((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1));
}

/** Version 1: the number of discoveries, and what each of them sees, is a matter of timing. */
function free(run: Run): unknown {
  const discoveries = run.calls.filter(call => !isTargeted(call));
  const [first, ...later] = discoveries;
  const planned = new Map<string, unknown>();
  const ends = new Set<string>();
  for (const call of discoveries) {
    if (call.status === 206 && Array.isArray(call.answer)) {
      for (const op of call.answer as Json[]) planned.set(String(op['id']), op);
    } else ends.add(JSON.stringify([call.status, call.noRetry, call.answer]));
  }
  return {
    fn: run.fn,
    event: run.event,
    first,
    laterVersions: [...new Set(later.map(call => call.version))],
    targeted: run.calls.filter(isTargeted).sort(byTarget).map(withoutState),
    planned: Object.fromEntries([...planned].sort()),
    ends: [...ends].sort(),
  };
}

/** Each step's memo, as the last request that carried it had it. */
export function memos(trace: Trace): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  trace.runs.forEach((run, index) => {
    for (const call of run.calls) {
      for (const [id, memo] of Object.entries(call.steps)) out[`${index} ${run.fn} ${id}`] = memo;
    }
  });
  return out;
}

/** In free order a run may end before every step's result was sent to it: those that both sides saw must agree. */
export function commonMemos(live: Trace, recorded: Trace): { live: Json; recorded: Json } {
  const [a, b] = [memos(live), memos(recorded)];
  const common = Object.keys(a).filter(key => key in b);
  const pick = (from: Json) => Object.fromEntries(common.map(key => [key, from[key]]));
  return { live: pick(a), recorded: pick(b) };
}

/** Of a partial recording: the live calls that stand where the recorded ones stood. */
export function recordedPart(live: Trace, recorded: Trace): Trace {
  return {
    runs: live.runs.map((run, index) => {
      const expected = recorded.runs[index]?.calls ?? [];
      const stacks = new Set(expected.map(call => call.stack.join()));
      const calls = run.calls.filter(call => stacks.has(call.stack.join()));
      return { ...run, calls: calls.map((call, i) => ({ ...call, ...withoutLost(call, expected[i]) })) };
    }),
  };
}

/** The recorder also left large calls of the SDK out. */
function withoutLost(live: Call, expected: Call | undefined): Partial<Call> {
  const kept = live.appCalls?.filter(call =>
    expected?.appCalls?.some(other => other.request === call.request),
  );
  return { appCalls: kept?.length ? kept : undefined };
}

/** What holds for every request of every run, whatever its order. */
export function violations(run: Run): string[] {
  const found: string[] = [];
  let known: string[] = [];
  for (const call of run.calls) {
    const ids = Object.keys(call.steps).sort().join();
    if (!call.useApi && ids !== [...call.stack].sort().join())
      found.push(`stack and steps differ: ${call.stack.join()} / ${ids}`);
    const [shorter, longer] = call.stack.length < known.length ? [call.stack, known] : [known, call.stack];
    if (shorter.some((id, index) => longer[index] !== id))
      found.push(`order changed: ${known.join()} / ${call.stack.join()}`);
    known = longer;
  }
  return found;
}

/** Headers repeat parts of the body, and the step that the URL names. */
export function headerFaults(one: Execution): string[] {
  const { ctx, version } = one.req;
  const expected: Record<string, unknown> = {
    'x-run-id': ctx.run_id,
    'x-request-id': ctx.request_id,
    'x-inngest-job-id': ctx.job_id,
    'x-inngest-step-id': targetOf(one),
    'x-inngest-generation-id': ctx.generation_id,
    'x-inngest-req-version': version,
    'account-id': '00000000-0000-4000-a000-000000000000',
    'content-type': 'application/json',
  };
  const faults = Object.entries(expected)
    .filter(([name, value]) => one.reqHeaders[name] !== String(value))
    .map(([name, value]) => `${name}: ${one.reqHeaders[name]} instead of ${String(value)}`);
  if (ctx.step_id !== 'step') faults.push(`ctx.step_id: ${ctx.step_id}`);
  if (ctx.stack.current > ctx.stack.stack.length) faults.push(`stack.current: ${ctx.stack.current}`);
  return faults;
}

/** Replaces a field of every event's data, at any depth. */
export function blurred<T>(value: T, field: string | undefined): T {
  if (!field) return value;
  const text = JSON.stringify(value, (key, item: unknown) => (key === field ? '<any>' : item));
  return JSON.parse(text) as T;
}
