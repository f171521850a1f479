/** Which status of a run may follow which. A run that has ended never changes within its leg (I6). */
import { STOPS, type Status } from './snapshot';

/** How a run at rest goes on. */
export type Continuation = 'resume' | 'time-travel' | 'restart';

/** Within one leg, by the code that executes the run, and by `cancel()`. */
const FOLLOWERS: Record<Status, readonly Status[]> = {
  pending: ['running', 'waiting', ...STOPS],
  running: ['waiting', ...STOPS],
  waiting: ['running', ...STOPS],
  // Only a new leg and a cancel lead out of it: a late write of the old leg must not undo them.
  suspended: ['canceled'],
  paused: ['canceled'],
  success: [],
  failed: [],
  tripwire: [],
  canceled: [],
  bailed: [],
};

/**
 * From which statuses a new leg may begin. As in core, only a suspended run resumes, only an interrupted run restarts, and time
 * travel needs a run that does not execute. Here a suspended run restarts, too, where its step is gone from the workflow; the
 * caller checks that.
 */
const CONTINUES: Record<Continuation, readonly Status[]> = {
  resume: ['suspended'],
  'time-travel': ['pending', ...STOPS],
  restart: ['running', 'waiting', 'suspended'],
};

/** The statuses that `next` may follow. */
export function predecessors(next: Status): Status[] {
  return (Object.keys(FOLLOWERS) as Status[]).filter(status => FOLLOWERS[status].includes(next));
}

/** The statuses from which a run may be continued so. */
export function continuedFrom(how: Continuation): readonly Status[] {
  return CONTINUES[how];
}
