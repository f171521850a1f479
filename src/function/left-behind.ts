/** Runs that something else has left behind in the store: an earlier release of this package, or Mastra's own engine. */
import { isRecord } from '../wire/json';
import type { Snapshot } from '../snapshot/store';

/**
 * True for a run that says that it executes and that no execution of this release has: it was begun elsewhere, or somebody
 * elsewhere has set it to `running` since it came to rest here.
 */
export function isLeftBehind({ status, inngest }: Snapshot): boolean {
  return (status === 'running' || status === 'waiting') && (!inngest || inngest.suspended === true);
}

/** True where the run still says what it was suspended with, so that it can be suspended again. */
export function isStillSuspended({ suspendedPaths, context }: Snapshot): boolean {
  const ids = Object.keys(suspendedPaths ?? {});
  const results = ids.map(id => context[id]);
  return ids.length > 0 && results.every(result => isRecord(result) && result.status === 'suspended');
}
