/** Which status of a run may follow which (I6): pure, and the only place that says so. */

/** A run's status as Mastra stores it. */
export type Status =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'suspended'
  | 'paused'
  | 'success'
  | 'failed'
  | 'tripwire'
  | 'canceled'
  | 'bailed';

const ENDS: readonly Status[] = ['success', 'failed', 'tripwire', 'canceled', 'bailed'];
const STOPS: readonly Status[] = ['suspended', 'paused', ...ENDS];

const FOLLOWERS: Record<Status, readonly Status[]> = {
  pending: ['running', 'waiting', ...STOPS],
  running: ['waiting', ...STOPS],
  waiting: ['running', ...STOPS],
  // Resuming and cancelling are the only ways out of a suspension: a late write of the old leg must not undo it.
  suspended: ['running', 'canceled'],
  paused: ['running', 'canceled'],
  success: [],
  failed: [],
  tripwire: [],
  canceled: [],
  bailed: [],
};

/** True for a status that nothing can follow. */
export function isTerminal(status: Status): boolean {
  return ENDS.includes(status);
}

/** True where execution has stopped, for good or until somebody resumes it. */
export function isAtRest(status: Status): boolean {
  return STOPS.includes(status);
}

/** The statuses that `next` may follow. */
export function predecessors(next: Status): Status[] {
  return (Object.keys(FOLLOWERS) as Status[]).filter(status => FOLLOWERS[status].includes(next));
}
