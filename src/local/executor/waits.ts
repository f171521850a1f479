import { DAY } from '../../wire/period';
import { YEAR, deadline } from '../duration';
import { LocalServerError, Problem, messageOf } from '../errors';
import type { Expression } from '../expression/expression';
import { compile } from '../expression/expression';
import { text } from '../json';
import { newJob } from '../queue/job';
import type { Pause } from '../state/pauses';
import type { Run } from '../state/run';
import type { Opcode } from './answer';
import type { Core } from './core';
import { memo } from './memo';
import { resume } from './resume';

/** A report that ends the run: the app is not asked again. */
export class FatalReport extends Problem {
  constructor(
    readonly errorName: string,
    message: string,
    readonly details = '',
  ) {
    super(message);
  }
}

/** A report that makes no sense: the attempt has failed. */
export class BadReport extends Problem {}

export function modeOf(op: Opcode): { parallelMode?: string } {
  const parallelMode = text(op.opts, 'parallelMode');
  return parallelMode === undefined ? {} : { parallelMode };
}

function expires(op: Opcode, { now, lag }: Core['clock']): number {
  const timeout = text(op.opts, 'timeout') ?? '';
  if (timeout === '') return now();
  const at = deadline(timeout, now(), lag);
  if (at === undefined) throw new BadReport(`unable to parse timeout "${timeout}"`);
  if (op.op === 'WaitForEvent' && at - now() > YEAR + DAY) {
    const message = `The wait-for-event timeout "${timeout}" expires more than one year in the future; timeouts may last at most one year.`;
    throw new FatalReport('InngestErrTimeoutTooLong', message);
  }
  return at;
}

/** Sleeps are jobs that save the memo when they start. */
export function sleep(core: Core, run: Run, op: Opcode): void {
  const now = core.clock.now();
  // A step.sleep of no length comes as an empty text.
  const at = op.name === '' ? now : deadline(op.name, now, core.clock.lag);
  if (at === undefined) throw new BadReport(`error parsing sleep duration "${op.name}"`);
  if (!run.claimJob(`next ${op.id}`)) return;
  core.queue.enqueue(newJob(run, Math.max(at, now), { wakes: op.id, ...modeOf(op) }));
}

function expressionOf(op: Opcode): Expression | undefined {
  const source = text(op.opts, 'if');
  if (source === undefined || source === '') return undefined;
  try {
    return compile(source);
  } catch (error) {
    if (!LocalServerError.is(error)) throw error;
    throw new FatalReport(
      'InvalidExpression',
      'Wait for event If expression failed to compile',
      messageOf(error),
    );
  }
}

/** Adds a wait that ends with `onTimeout` unless something resumes it before `at`. */
export function wait(core: Core, pause: Pause, at: number, onTimeout: string): void {
  pause.onTimeout = onTimeout;
  core.pauses.add(pause);
  if (at <= core.clock.now()) resume(core, pause, onTimeout);
  else pause.timer = core.clock.at(at, () => resume(core, pause, onTimeout));
}

export function waitForEvent(core: Core, run: Run, op: Opcode): void {
  const expression = expressionOf(op);
  const at = expires(op, core.clock);
  if (!run.claimJob(`wait ${op.id}`)) return;
  const key = text(op.opts, 'event') ?? op.name;
  const pause: Pause = {
    kind: 'event',
    key,
    run,
    stepId: op.id,
    ...modeOf(op),
    ...(expression ? { expression } : {}),
  };
  wait(core, pause, at, memo.nothing);
}

/** The wait that had the signal keeps waiting, but only for its timeout. */
function displace(core: Core, pause: Pause): void {
  const at = pause.timer?.at ?? core.clock.now();
  core.pauses.remove(pause);
  wait(core, { ...pause, key: '', timer: undefined }, at, memo.nothing);
}

export function waitForSignal(core: Core, run: Run, op: Opcode): void {
  const key = text(op.opts, 'signal') ?? op.name;
  const at = deadlineOrYear(op, core.clock);
  if (!run.claimJob(`wait ${op.id}`)) return;
  for (const other of core.pauses.find('signal', key)) {
    if (text(op.opts, 'conflict') !== 'replace') {
      throw new FatalReport('Error', 'Signal conflict; signal wait already exists for another run');
    }
    displace(core, other);
  }
  wait(core, { kind: 'signal', key, run, stepId: op.id, ...modeOf(op) }, at, memo.nothing);
}

/** When a signal or an invocation is given up: a year if nothing else is said. */
export function deadlineOrYear(op: Opcode, clock: Core['clock']): number {
  return text(op.opts, 'timeout') ? expires(op, clock) : clock.now() + YEAR;
}
