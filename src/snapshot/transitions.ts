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

/** How a run that stands still goes on. */
export type Continuation = 'resume' | 'time-travel' | 'restart';

const ENDS: readonly Status[] = ['success', 'failed', 'tripwire', 'canceled', 'bailed'];
const STOPS: readonly Status[] = ['suspended', 'paused', ...ENDS];

/** Within one leg, by the code that executes the run, and by `cancel()`. */
const FOLLOWERS: Record<Status, readonly Status[]> = {
  pending: ['running', 'waiting', ...STOPS],
  running: ['waiting', ...STOPS],
  waiting: ['running', ...STOPS],
  // Going on in a new leg and cancelling are the only ways out: a late write of the old leg must not undo them.
  suspended: ['canceled'],
  paused: ['canceled'],
  success: [],
  failed: [],
  tripwire: [],
  canceled: [],
  bailed: [],
};

/**
 * Where a new leg may begin; it begins as `running`. As in core, only a suspended run resumes and only an interrupted one
 * restarts (or one whose suspended step is gone from its workflow, which its caller has found out), while one travels in time from any status in which nothing executes.
 */
const CONTINUES: Record<Continuation, readonly Status[]> = {
  resume: ['suspended'],
  'time-travel': ['pending', ...STOPS],
  restart: ['running', 'waiting', 'suspended'],
};

/** True for a status that nothing can follow within its leg. */
export function isTerminal(status: Status): boolean {
  return ENDS.includes(status);
}

/** True where execution has stopped, for good or until somebody continues it. */
export function isAtRest(status: Status): boolean {
  return STOPS.includes(status);
}

/** The statuses that `next` may follow. */
export function predecessors(next: Status): Status[] {
  return (Object.keys(FOLLOWERS) as Status[]).filter(status => FOLLOWERS[status].includes(next));
}

/** The statuses from which a run may be continued so. */
export function continuedFrom(how: Continuation): readonly Status[] {
  return CONTINUES[how];
}
