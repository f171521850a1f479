import type { Json, JsonObject } from '../json';
import { byteLength, canonical, field, isObject, parseJson, parseOrText, text } from '../json';
import type { RawAnswer } from './core';
import { limits } from './limits';
import { memo, stepError } from './memo';

/** One thing a function reports or asks for. */
export interface Opcode {
  op: string;
  id: string;
  name: string;
  displayName: string;
  opts: JsonObject;
  data: Json | undefined;
  error: Json | undefined;
  raw: JsonObject;
}

/** What an app's answer means. */
export type Answer =
  | { kind: 'ops'; ops: Opcode[]; noRetry: boolean; retryAt: number | undefined; version: number }
  | { kind: 'result'; body: Json | undefined; version: number }
  | {
      kind: 'failed';
      body: Json | undefined;
      verdict: string;
      noRetry: boolean;
      retryAt: number | undefined;
    };

const second = 1000;
const longestRetryAfter = 24 * 60 * 60 * second;

/** `retry-after` in seconds or as a date, held between 1 s and 24 h; `undefined` if it says nothing. */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const count = /^\d{1,7}$/.test(header) ? Number(header) : 0;
  const at = count > 0 ? Math.floor(now / second) * second + count * second : Date.parse(header);
  if (Number.isNaN(at) || header === '0') return undefined;
  return Math.min(Math.max(at, now + second), now + longestRetryAfter);
}

type Failed = Extract<Answer, { kind: 'failed' }>;
type Retry = Pick<Failed, 'noRetry' | 'retryAt'>;

/**
 * A failure that the server itself found. Its description travels as a text with JSON in it, in the place where
 * an app's answer would be.
 */
export function serverFailure(
  message: string,
  options: Partial<Retry> & { name?: string; stack?: string; cause?: Json } = {},
): Failed {
  const { name, stack, noRetry = false, retryAt } = options;
  const text = name === undefined ? message : `${name}: ${message}`;
  const error = { error: text, name: name ?? 'Error', message, ...(stack ? { stack } : {}) };
  return { kind: 'failed', body: JSON.stringify({ error }), verdict: name ?? message, noRetry, retryAt };
}

/** A streamed answer carries the real status and headers in its body. */
function unstream(raw: RawAnswer): RawAnswer | string {
  const parsed = parseJson(raw.body.trim());
  if (!isObject(parsed)) return 'error parsing stream: error reading response body to check for status code';
  const problem = text(parsed, 'error');
  if (problem !== undefined) return `error parsing stream: ${problem}`;
  const inner = field(parsed, 'body');
  const headers = { ...raw.headers };
  for (const [name, value] of Object.entries(field(parsed, 'headers') ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value;
  }
  const status = field(parsed, 'status');
  return {
    status: typeof status === 'number' ? status : 0,
    headers,
    body: typeof inner === 'string' ? inner : canonical(inner ?? null),
  };
}

function opcode(value: JsonObject): Opcode {
  const opts = field(value, 'opts');
  const id = text(value, 'id') ?? '';
  const name = text(value, 'name') ?? '';
  return {
    op: text(value, 'op') ?? 'None',
    id,
    name,
    displayName: text(value, 'displayName') ?? (name || id),
    opts: isObject(opts) ? opts : {},
    data: field(value, 'data'),
    error: field(value, 'error'),
    raw: value,
  };
}

const known = new Set([
  ...[
    'None',
    'Step',
    'StepRun',
    'StepError',
    'StepFailed',
    'StepPlanned',
    'Sleep',
    'WaitForEvent',
    'WaitForSignal',
  ],
  ...['InvokeFunction', 'Gateway', 'AIGateway', 'RunComplete', 'SyncRunComplete', 'DiscoveryRequest'],
  ...['DeferAdd', 'DeferAbort'],
]);

/** The opcodes of a 206, or what is wrong with them. */
function parseOpcodes(body: string): Opcode[] | string {
  const prefix = 'error reading generator opcode response';
  if (body.trim() === '') return 'no response data';
  const parsed = parseJson(body);
  if (parsed === undefined) return `${prefix}: invalid JSON`;
  if (!isObject(parsed) && !Array.isArray(parsed)) return `${prefix}: expected JSON object or array`;
  const ops: Opcode[] = [];
  for (const [index, item] of (Array.isArray(parsed) ? parsed : [parsed]).entries()) {
    if (item === null) return `error validating generator opcode ${index}: opcode cannot be null`;
    if (!isObject(item)) return `${prefix}: an opcode is not an object`;
    const op = opcode(item);
    if (!known.has(op.op)) return `${prefix}: ${op.op} does not belong to Opcode values`;
    if (storedSize(op) > limits.stepOutput) {
      return `error validating generator opcode ${op.id}: step output size is greater than the limit`;
    }
    if (op.op === 'StepError' && !isObject(op.error))
      return 'OpcodeStepError received without Error field set';
    ops.push(op);
  }
  return ops;
}

/** Bytes that the state takes for what the op reports. */
function storedSize({ op, data, error }: Opcode): number {
  if (op === 'StepError' || op === 'StepFailed') return byteLength(memo.error(stepError(error)));
  if (op === 'StepRun') return byteLength(memo.data(data));
  return data === undefined ? 0 : byteLength(canonical(data));
}

const notSdk = 'The response did not come from an Inngest SDK';
const beforeSdk =
  'No step output was produced before the request failed: a proxy or load balancer may have answered, or the app could not.';

function upstreamError(answer: RawAnswer): JsonObject {
  const message = `Your server returned HTTP ${answer.status} before the SDK responded.`;
  const shown = answer.body.slice(0, 8192);
  const stack = shown
    ? `${beforeSdk}\n\nUpstream response (${answer.headers['content-type'] ?? 'unknown content-type'}):\n${shown}`
    : beforeSdk;
  return { error: message, name: 'Server returned a fatal error', message, stack };
}

function failedAnswer(answer: RawAnswer, retry: Retry): Failed {
  const isSdk = answer.headers['x-inngest-sdk'] !== undefined;
  const verdict = retry.noRetry ? 'NonRetriableError' : `invalid status code: ${answer.status}`;
  return { kind: 'failed', body: isSdk ? bodyOf(answer) : upstreamError(answer), verdict, ...retry };
}

function bodyOf(answer: RawAnswer): Json | undefined {
  return answer.body === '' ? undefined : parseOrText(answer.body);
}

/** Tells what an app's answer means for the run. */
export function interpret(received: RawAnswer, now: number): Answer {
  if (byteLength(received.body) > limits.response) {
    return serverFailure("Your function's response body exceeds the maximum size limit", {
      name: 'output_too_large',
    });
  }
  const answer = received.status === 201 ? unstream(received) : received;
  if (typeof answer === 'string') return serverFailure(answer);
  const retry: Retry = {
    noRetry: answer.headers['x-inngest-no-retry'] === 'true',
    retryAt: retryAfter(answer.headers['retry-after'], now),
  };
  const version = Number.parseInt(answer.headers['x-inngest-req-version'] ?? '0', 10) || 0;
  const isSdk = answer.headers['x-inngest-sdk'] !== undefined;
  if (answer.status < 200 || answer.status > 299) return failedAnswer(answer, retry);
  if (!isSdk) return { kind: 'failed', body: bodyOf(answer), verdict: notSdk, ...retry };
  if (answer.status === 206) {
    const ops = parseOpcodes(answer.body);
    return typeof ops === 'string' ? serverFailure(ops, retry) : { kind: 'ops', ops, ...retry, version };
  }
  if (retry.noRetry) return { kind: 'failed', body: bodyOf(answer), verdict: 'NonRetriableError', ...retry };
  return { kind: 'result', body: bodyOf(answer), version };
}
