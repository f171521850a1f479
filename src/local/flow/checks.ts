import type { Expression } from '../expression/expression';
import { checkSyntax, compile } from '../expression/expression';
import { failure } from '../expression/values';
import { LocalServerError } from '../errors';

/** How a part of a registration is read: what compiles its expressions, and what says why it is refused. */
export interface Checks {
  /** @throws RegistrationProblem if the text is no expression */
  compiled: (source: string) => Expression;
  refuse: (problem: string) => Error;
}

/** A key; none if it is missing or an empty text. */
export function keyOf(source: string | undefined, checks: Checks): Expression | undefined {
  return source ? checks.compiled(source) : undefined;
}

/**
 * A key that the real server does not look at before a run is to start: one that is no expression can be
 * registered, and gives nothing then.
 */
export function uncheckedKey(source: string | undefined): Expression | undefined {
  if (source === undefined) return undefined;
  try {
    return compile(source);
  } catch (error) {
    if (!LocalServerError.is(error)) throw error;
    return { source, value: () => failure, matches: () => false };
  }
}

/** A key of which the real server checks that it can be read, but not whether its names exist. */
export function readableKey(source: string | undefined, checks: Checks): Expression | undefined {
  if (source === undefined) return undefined;
  try {
    checkSyntax(source);
  } catch (error) {
    if (!LocalServerError.is(error)) throw error;
    throw checks.refuse(error.message);
  }
  return uncheckedKey(source);
}
