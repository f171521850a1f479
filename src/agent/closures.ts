import type { RunEntry } from './run-facts';

/** What a call of `stream()` may bring along that can't be stored. */
const CALL_OPTIONS = [
  'stopWhen',
  'onIterationComplete',
  'prepareStep',
  'isTaskComplete',
  'requireToolApproval',
] as const;

/** An agent's own options for its calls. */
type Defaults = Partial<Record<(typeof CALL_OPTIONS)[number], unknown>>;

/** The functions among an agent's own defaults, which each process has. */
export function defaultClosures(defaults: Defaults): Defaults {
  return Object.fromEntries(
    CALL_OPTIONS.map(name => [name, defaults[name]] as const).filter(([, value]) => holdsCode(value)),
  );
}

/** Names of what the caller gave this run alone, beside tools, and what only its process has. */
export function closuresOf(entry: RunEntry, defaults: Defaults): string[] {
  const options = CALL_OPTIONS.filter(name => holdsCode(entry[name]) && entry[name] !== defaults[name]);
  return [...options, ...(entry.callTimeHeaders ? ['headers'] : [])];
}

function holdsCode(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(item => holdsCode(item));
  return typeof value === 'function' || (typeof value === 'object' && value !== null);
}
