import { mask, numbered, type NameOf } from './mask.js';
import {
  functionOf,
  isExecution,
  isObject,
  opcodesOf,
  targetOf,
  type Exchange,
  type Execution,
  type Json,
} from './types.js';

/** A call of the SDK to the server while it executes: a checkpoint, an event, a signal, a publish, a read of state. */
export interface AppCall {
  request: string;
  body?: unknown;
  status: number;
  answer: unknown;
}

/** One execution request and its answer, reduced to what the protocol promises. */
export interface Call {
  target: string;
  version: number;
  attempt: number;
  maxAttempts: number;
  generation: number;
  disableImmediate: boolean;
  useApi: boolean;
  /** How long the stack was when this call was queued; it may have grown since. */
  current: number;
  stack: string[];
  steps: Json;
  /** What the run has deferred, if anything. */
  defers?: Json;
  status: number;
  reqVersion?: string;
  noRetry?: string;
  retryAfter?: string;
  /** Opcodes of a 206, else the body. */
  answer: unknown;
  appCalls?: AppCall[];
}

export interface Run {
  fn: string;
  event: unknown;
  /** Only if the run has more than one. */
  events?: unknown;
  calls: Call[];
}

export interface Trace {
  runs: Run[];
}

/** Which functions make calls that name no run, and how to tell which execution made it. */
const unnamedCalls: Record<string, (call: Exchange, execution: Execution) => boolean> = {
  '/e/': (call, one) => functionOf(one).endsWith('-send') && within(call, one),
  '/v1/signals': (call, one) =>
    functionOf(one).endsWith('-sigsend') &&
    within(call, one) &&
    isObject(call.req) &&
    String(call.req['signal']).endsWith(`sig-${String(one.req.event.data['k'])}`),
};

/** The runs that these executions belong to, with everything that the app called meanwhile, in a comparable form. */
export function traceOf(executions: Execution[], exchanges: Exchange[], namespace = ''): Trace {
  const groups = new Map<string, Execution[]>();
  for (const one of [...executions].sort((a, b) => a.t - b.t || a.id - b.id)) {
    const runId = one.req.ctx.run_id;
    groups.set(runId, [...(groups.get(runId) ?? []), one]);
  }
  const appCalls = exchanges.filter(one => one.dir === 'app->srv').sort((a, b) => a.t - b.t || a.id - b.id);
  const sorted = [...groups.values()].sort((a, b) => compare(sortKey(a, namespace), sortKey(b, namespace)));
  const nameOf = numbered('id');
  const runName = numbered('run');
  const runIds = new Set(sorted.map(([first]) => first?.req.ctx.run_id));
  for (const [first] of sorted) if (first) runName(first.req.ctx.run_id);
  const name: NameOf = id => (runIds.has(id) ? runName(id) : nameOf(id));
  return { runs: sorted.map(group => runOf(group, appCalls, name, namespace)) };
}

/** Runs are ordered by what they are, not by when they began: the order of runs among each other is nobody's promise. */
function sortKey([first]: Execution[], namespace: string): string {
  if (!first) return '';
  const what = [functionOf(first), 999 - first.req.events.length, first.req.event];
  const masked = mask(what, () => '<id>', namespace);
  return `${JSON.stringify(masked)} ${first.t}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function runOf(group: Execution[], appCalls: Exchange[], name: NameOf, namespace: string): Run {
  const first = group[0];
  if (!first) throw new Error('a run without calls');
  const masked = (value: unknown) => mask(value, name, namespace);
  const fn = masked(functionOf(first)) as string;
  const run: Run = { fn: fn.replace(/^app-v[34]-/, ''), event: masked(first.req.event), calls: [] };
  if (first.req.events.length > 1) run.events = masked(first.req.events);
  run.calls = group.map(one => callOf(one, appCalls, masked));
  return run;
}

function callOf(one: Execution, appCalls: Exchange[], masked: (value: unknown) => unknown): Call {
  const { ctx } = one.req;
  const headers = one.resHeaders;
  const made = withoutRetries(
    appCalls.filter(call => madeBy(call, one)).map(call => appCallOf(call, masked)),
  );
  return {
    target: targetOf(one),
    version: one.req.version,
    attempt: ctx.attempt,
    maxAttempts: ctx.max_attempts,
    generation: ctx.generation_id,
    disableImmediate: ctx.disable_immediate_execution,
    useApi: ctx.use_api,
    current: ctx.stack.current,
    stack: ctx.stack.stack,
    steps: masked(one.req.steps) as Json,
    ...(Object.keys(one.req.defers).length ? { defers: one.req.defers } : {}),
    status: one.status,
    ...(headers['x-inngest-req-version'] ? { reqVersion: headers['x-inngest-req-version'] } : {}),
    ...(headers['x-inngest-no-retry'] ? { noRetry: headers['x-inngest-no-retry'] } : {}),
    ...(headers['retry-after'] ? { retryAfter: headers['retry-after'] } : {}),
    answer: one.status === 206 ? opcodes(one, masked) : masked(one.res),
    ...(made.length ? { appCalls: made } : {}),
  };
}

/** Of a plan beyond the limit only its size and beginning say something. */
const manyOpcodes = 100;

function opcodes(one: Execution, masked: (value: unknown) => unknown): unknown[] {
  const all = opcodesOf(one);
  const some = all.length > manyOpcodes ? all.slice(0, 1) : all;
  const out: unknown[] = some.map(op => opcode(op as unknown as Json, masked));
  return some === all ? out : [...out, `<${all.length - 1} more opcodes>`];
}

/** The fields that are part of the protocol; the SDK sends its own bookkeeping along with checkpointed steps. */
function opcode(op: Json, masked: (value: unknown) => unknown): Json {
  const fields = ['op', 'id', 'name', 'displayName', 'opts', 'userland', 'data', 'error'];
  return Object.fromEntries(fields.filter(field => field in op).map(field => [field, masked(op[field])]));
}

function appCallOf(call: Exchange, masked: (value: unknown) => unknown): AppCall {
  const body = call.url.startsWith('/v1/checkpoint') ? checkpointBody(call.req, masked) : masked(call.req);
  const request = `${call.method} ${String(masked(decodeURIComponent(call.url)))}`;
  return { request, ...(body === '' ? {} : { body }), status: call.status, answer: masked(call.res) };
}

/** How often the SDK repeats a refused call depends on its own clock; the first time says it all. */
function withoutRetries(calls: AppCall[]): AppCall[] {
  const same = (call: AppCall, other: AppCall | undefined) => JSON.stringify(call) === JSON.stringify(other);
  return calls.filter((call, index) => call.status < 400 || !same(call, calls[index - 1]));
}

function checkpointBody(body: unknown, masked: (value: unknown) => unknown): unknown {
  if (!isObject(body) || !Array.isArray(body['steps'])) return masked(body);
  return {
    generation_id: body['generation_id'],
    steps: (body['steps'] as Json[]).map(op => opcode(op, masked)),
  };
}

function madeBy(call: Exchange, one: Execution): boolean {
  const { run_id, request_id } = one.req.ctx;
  if (call.url.includes('/v1/checkpoint/'))
    return isObject(call.req) && call.req['request_id'] === request_id;
  if (call.url.includes(run_id)) return within(call, one);
  const known = Object.entries(unnamedCalls).find(([path]) => call.url.startsWith(path));
  return known ? known[1](call, one) : false;
}

function within(call: Exchange, one: Execution): boolean {
  return call.t >= one.t && call.t <= one.t + one.ms;
}

/**
 * The executions of the runs that these events started, and of every run that came of those:
 * invoked ones and handlers of lifecycle events.
 */
export function family(exchanges: Exchange[], isRoot: (first: Execution) => boolean): Execution[] {
  const all = exchanges.filter(isExecution);
  const members = new Set(all.filter(isRoot).map(one => one.req.ctx.run_id));
  for (let before = -1; before !== members.size;) {
    before = members.size;
    for (const one of all) if (members.has(parentOf(one))) members.add(one.req.ctx.run_id);
  }
  return all.filter(one => members.has(one.req.ctx.run_id));
}

/** The run that caused this one, or ''. */
export function parentOf(one: Execution): string {
  const { data, name } = one.req.event;
  if (name === 'inngest/function.invoked' && isObject(data['_inngest'])) {
    return text(data['_inngest']['correlation_id']).split('.')[0] ?? '';
  }
  return name.startsWith('inngest/function.') ? text(data['run_id']) : '';
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
