/** What is wrong with a value of an option: where in it, what (as the end of a sentence), and what to do. */
export interface OptionProblem {
  /** E.g. `rateLimit.period`. */
  at: string;
  what: string;
  remedy: string;
}

/** Looks at a value; undefined where it is right. */
export type OptionCheck = (value: unknown, at: string) => OptionProblem | undefined;

/** A value as a message shows it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
