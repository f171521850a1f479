import { periodOf } from '../../wire/period';
import { text } from '../json';
import type { Pause } from '../state/pauses';
import type { Run } from '../state/run';
import type { Core } from './core';
import { cancelRun } from './finalize';

/** A run that takes too long is cancelled. The timer goes with the run's other waits when it ends. */
function cancelAt(core: Core, run: Run, limit: 'start' | 'finish', since: number): void {
  const length = periodOf(text(run.fn.flow['timeouts'], limit) ?? '');
  if (!length) return;
  const pause: Pause = { kind: 'cancel', key: '', run, stepId: '', limit };
  pause.timer = core.clock.at(since + length, () => timeOut(core, run, limit));
  core.pauses.add(pause);
}

/** The time of a limit is over. */
export function timeOut(core: Core, run: Run, limit: 'start' | 'finish'): void {
  if (limit === 'finish' || run.startedAt === undefined) cancelRun(core, run);
}

/** `timeouts.start`: how long a run may wait for its first request. */
export function limitStart(core: Core, run: Run, since: number): void {
  cancelAt(core, run, 'start', since);
}

/** `timeouts.finish`: how long a run may take from its first request on. */
export function limitFinish(core: Core, run: Run): void {
  cancelAt(core, run, 'finish', core.clock.now());
}
