import type { Json, JsonObject } from '../json';
import { canonical, field, isObject, text } from '../json';
import type { FunctionError } from '../state/types';

/** The forms in which a step's outcome is handed to the app on the next request. */
export const memo = {
  data: (value: Json | undefined): string => `{"data":${canonical(value ?? null)}}`,
  error: (error: FunctionError): string => canonical({ error: errorJson(error) }),
  /** Sleeps, and waits that timed out. */
  nothing: 'null',
  /** A wait's event, bare. */
  event: (event: JsonObject): string => canonical(event),
};

export function errorJson(error: FunctionError): JsonObject {
  const json: JsonObject = { name: error.name, message: error.message };
  if (error.error !== undefined) json['error'] = error.error;
  if (error.stack !== undefined && error.stack !== '') json['stack'] = error.stack;
  if (error.data !== undefined) json['data'] = error.data;
  if (error.cause !== undefined) json['cause'] = error.cause;
  if (error.noRetry) json['noRetry'] = true;
  return json;
}

/** Of an error a step reported, the server keeps these fields and drops the others. */
export function stepError(raw: Json | undefined): FunctionError {
  const error: FunctionError = { name: text(raw, 'name') ?? 'Error', message: text(raw, 'message') ?? '' };
  const stack = text(raw, 'stack');
  const cause = field(raw, 'cause');
  const data = field(raw, 'data');
  if (stack !== undefined) error.stack = stack;
  if (cause !== undefined) error.cause = cause;
  if (data !== undefined && data !== null) error.data = data;
  return error;
}

const fallback = 'Function execution error';

/**
 * The error of a failed run, from the body the app answered with and the server's own verdict
 * (`invalid status code: 500`, `NonRetriableError`, …).
 */
export function runError(body: Json | undefined, verdict: string): FunctionError {
  const source = isObject(body) ? unwrap(body) : typeof body === 'string' ? { message: body } : {};
  const error: FunctionError = {
    error: text(source, 'error') || verdict,
    name: text(source, 'name') || 'Error',
    message: text(source, 'message') || verdict || fallback,
  };
  const stack = text(source, 'stack');
  const cause = field(source, 'cause');
  if (stack) error.stack = stack;
  if (cause !== undefined) error.cause = cause;
  return error;
}

function unwrap(body: JsonObject): JsonObject {
  for (const key of ['error', 'body']) {
    const inner = field(body, key);
    if (isObject(inner)) return inner;
  }
  return body;
}
