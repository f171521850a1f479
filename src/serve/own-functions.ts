import type { AnyMastra } from '../core-types';
import { optionProblems } from '../function/option-checks/required';
import type { ServableFunction } from '../sdk/port';
import { functionId } from './collect';

/**
 * One bad option of one function, and Inngest refuses the app as a whole without saying which: so the log says it. No error, for
 * the function is not ours, and somebody may know better.
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
