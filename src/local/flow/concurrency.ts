import type { Expression } from '../expression/expression';
import type { Json } from '../json';
import { field, isObject, text } from '../json';
import type { Checks } from './checks';
import { readableKey } from './checks';

const scopes = ['fn', 'env', 'account'] as const;

/** Across what a limit counts: one function, or all that share the key's value. */
export type ConcurrencyScope = (typeof scopes)[number];

/** How many may hold a slot at the same time. */
export interface ConcurrencyLimit {
  limit: number;
  key: Expression | undefined;
  scope: ConcurrencyScope;
}

/** A function's `concurrency`. */
export interface Concurrency {
  /** Limits of what is executing: a run that sleeps or waits holds none. */
  steps: ConcurrencyLimit[];
  /** The limit of runs (`{ fn: […] }`): held from a run's first request to its end. */
  runs: ConcurrencyLimit | undefined;
}

/** The real server takes no more than two limits of a function. */
const most = 2;

function parseLimit(given: Json, checks: Checks): ConcurrencyLimit {
  const limit = field(given, 'limit') ?? 0;
  if (!Number.isInteger(limit)) throw checks.refuse('concurrency: limit must be a whole number');
  const name = (text(given, 'scope') ?? 'fn').toLowerCase();
  const scope = scopes.find(known => known === name);
  if (!scope) throw checks.refuse(`concurrency: "${name}" is not a scope`);
  const key = readableKey(text(given, 'key'), checks);
  if (scope !== 'fn' && !key) {
    throw checks.refuse(`A concurrency key must be specified for ${scope} scoped limits`);
  }
  return { limit: Number(limit), key, scope };
}

function parseRunLimit(given: Json[], checks: Checks): ConcurrencyLimit | undefined {
  const [only] = given;
  if (only === undefined) return undefined;
  if (given.length > 1) throw checks.refuse('Only one function concurrency limit is allowed');
  const parsed = parseLimit(only, checks);
  if (parsed.scope !== 'fn') throw checks.refuse(`invalid function concurrency scope: ${parsed.scope}`);
  if (parsed.limit <= 0) throw checks.refuse('function concurrency limit must be > 0');
  return parsed;
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** Reads `concurrency`: a number, one limit, a list of them, or `{ fn, step }`. */
export function parseConcurrency(given: Json | undefined, checks: Checks): Concurrency {
  const runs = listOf(field(given, 'fn'));
  const steps = listOf(field(given, 'step'));
  const both = runs.length > 0 || steps.length > 0;
  const single = isObject(given) ? [given] : Number.isInteger(given) ? [{ limit: given as number }] : [];
  const limits = both ? steps : Array.isArray(given) ? given : single;
  if (limits.length > most) {
    throw checks.refuse(`There are more concurrency limits specified than the allowed max of: ${most}`);
  }
  const parsed = limits.map(limit => parseLimit(limit, checks));
  // As on the real server: without a key 0 is no limit at all, with one it lets nothing through.
  return { steps: parsed.filter(({ limit, key }) => limit > 0 || key), runs: parseRunLimit(runs, checks) };
}
