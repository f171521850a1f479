import type { AnyMastra } from '../core-types';
import { optionProblems } from '../function/option-checks/required';
import type { ServableFunction } from '../sdk/port';
import { functionId } from './collect';

/**
 * Inngest refuses a whole app for one bad option of one function, and does not say which, so the log does. It is no error: the
 * function is the user's own, and Inngest may accept what we don't know.
 */
export function warnOfOwnFunctions(mastra: unknown, functions: readonly ServableFunction[] = []): void {
  for (const own of functions) {
    const { opts } = own as { opts?: unknown };
    for (const { at, what, remedy } of typeof opts === 'object' && opts !== null
      ? optionProblems(opts)
      : []) {
      const text = `Function ${functionId(own)}: the option ${at} ${what}. ${remedy} Inngest may refuse the whole app for it.`;
      (mastra as AnyMastra).getLogger()?.warn(text, { functionId: functionId(own) });
    }
  }
}
