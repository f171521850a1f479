import { derivedUuid } from '../../wire/ids';
import { Problem, messageOf } from '../errors';
import { compile } from '../expression/expression';
import { parseControls } from '../flow/controls';
import type { Json, JsonObject } from '../json';
import { canonical, field, isObject, text } from '../json';
import { parseTriggers } from './triggers';
import type { App, CancelRule, FunctionConfig } from './types';

const invalid = 'At least one function is invalid';
const defaultRetries = 4;
const maxRetries = 20;
const flowKeys = [
  'concurrency',
  'rateLimit',
  'throttle',
  'debounce',
  'batchEvents',
  'singleton',
  'priority',
  'idempotency',
  'timeouts',
];

/** What is wrong with a registration, in the words of the answer to the app. */
export class RegistrationProblem extends Problem {}

function list(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function check(
  kind: string,
  source: string | undefined,
  verify: (source: string) => void,
): string | undefined {
  if (source === undefined || source === '') return undefined;
  try {
    verify(source);
  } catch (error) {
    throw new RegistrationProblem(`${invalid}: ${kind} "${source}": ${messageOf(error)}`);
  }
  return source;
}

const expression = (source: string | undefined): string | undefined =>
  check('expression', source, s => void compile(s));

function parseCancel(raw: JsonObject): CancelRule {
  const rule: CancelRule = { event: text(raw, 'event') ?? '' };
  const condition = expression(text(raw, 'if'));
  const timeout = text(raw, 'timeout');
  if (condition !== undefined) rule.if = condition;
  if (timeout !== undefined) rule.timeout = timeout;
  return rule;
}

function attemptsOf(step: Json | undefined): number {
  const attempts = field(field(step, 'retries'), 'attempts');
  return Math.min(typeof attempts === 'number' && attempts >= 0 ? attempts : defaultRetries, maxRetries) + 1;
}

/** @throws RegistrationProblem */
export function parseFunction(raw: JsonObject, appName: string, appUuid: string): FunctionConfig {
  const slug = text(raw, 'id');
  if (!slug) throw new RegistrationProblem(`${invalid}: one has no id`);
  const steps = field(raw, 'steps');
  const step = isObject(steps) ? Object.values(steps)[0] : undefined;
  const url = text(field(step, 'runtime'), 'url');
  // `wss:` is that of an app which connects.
  if (!url || !/^(https?|wss?):\/\//.test(url))
    throw new RegistrationProblem(`${invalid}: "${slug}" has no http url`);
  const flow: JsonObject = {};
  for (const key of flowKeys) {
    const value = field(raw, key);
    if (value !== undefined) flow[key] = value;
  }
  const compiled = (source: string) => {
    expression(source);
    return compile(source);
  };
  const refuse = (problem: string) => new RegistrationProblem(`${invalid}: ${problem}`);
  const checks = { compiled, refuse };
  return {
    uuid: derivedUuid(appUuid, slug),
    slug,
    name: text(raw, 'name') ?? slug,
    appName,
    appUuid,
    triggers: parseTriggers(list(field(raw, 'triggers')), checks),
    url,
    maxAttempts: attemptsOf(step),
    cancel: list(field(raw, 'cancel')).map(parseCancel),
    flow,
    controls: parseControls(raw, flow, checks),
  };
}

/**
 * Reads the body of `POST /fn/register`.
 * @throws RegistrationProblem for what the app must be told with a 400
 */
export function parseRegistration(body: Json | undefined): App {
  if (!isObject(body))
    throw new RegistrationProblem('Invalid request: the registration is not a JSON object');
  const name = text(body, 'appName');
  if (!name) throw new RegistrationProblem('App ID required');
  const uuid = derivedUuid('app', name);
  const functions = list(field(body, 'functions')).map(raw => parseFunction(raw, name, uuid));
  return {
    uuid,
    name,
    url: text(body, 'url') ?? '',
    sdk: text(body, 'sdk') ?? '',
    framework: text(body, 'framework') ?? '',
    checksum: derivedUuid(
      canonical(field(body, 'functions') ?? []),
      text(body, 'url') ?? '',
      text(body, 'sdk') ?? '',
    ),
    functions,
  };
}
