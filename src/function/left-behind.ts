/** Runs that something else has left behind in the store: an earlier release of this package, or Mastra's own engine. */
import { isRecord } from '../wire/json';
import type { InngestPort } from '../sdk/port';
import type { Snapshot } from '../snapshot/store';

/**
 * True for a run that says that it executes and that no execution of this release has: it was begun elsewhere, or somebody
 * elsewhere has set it to `running` since it came to rest here.
 */
export async function isLeftBehind({ status, inngest }: Snapshot, port: InngestPort): Promise<boolean> {
  if (status !== 'running' && status !== 'waiting') return false;
  if (!inngest) return true;
  const { owner } = inngest;
  return owner !== undefined && ['over', 'unknown'].includes(await port.runState(owner));
}

/** True where the run still says what it was suspended with, so that it can be suspended again. */
export function isStillSuspended({ suspendedPaths, context }: Snapshot): boolean {
  const ids = Object.keys(suspendedPaths ?? {});
  const results = ids.map(id => context[id]);
  return ids.length > 0 && results.every(result => isRecord(result) && result.status === 'suspended');
}
