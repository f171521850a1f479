import { DAY, periodOf } from '../../wire/period';
import { compile } from '../expression/expression';
import { priorityOf } from '../flow/priority';
import type { Recorder } from '../persist/recorder';
import { newJob } from '../queue/job';
import { Deadlines } from '../state/deadlines';
import { eventJson } from '../state/events';
import type { Pause } from '../state/pauses';
import { Run } from '../state/run';
import type { CancelRule, FunctionConfig, StoredEvent } from '../state/types';
import type { Core } from './core';
import { limitStart } from './timeouts';

const second = 1000;

/** Remembers which event ids have started which function, for a day. */
export class Idempotency {
  readonly #until: Deadlines;

  constructor(recorder: Recorder) {
    this.#until = new Deadlines('once', recorder);
  }

  /** Whether this id has started the function within the last 24 hours. */
  used(fn: FunctionConfig, eventId: string, now: number): boolean {
    return this.#until.after(now, `${fn.uuid} ${eventId}`) !== undefined;
  }

  use(fn: FunctionConfig, eventId: string, now: number): void {
    this.#until.set(`${fn.uuid} ${eventId}`, now + DAY, now);
  }
}

function watchForCancel(core: Core, run: Run, rule: CancelRule): void {
  if (!rule.event) return;
  const lasts = rule.timeout === undefined ? undefined : periodOf(rule.timeout);
  const pause: Pause = {
    kind: 'cancel',
    key: rule.event,
    run,
    stepId: '',
    ...(rule.if === undefined ? {} : { expression: compile(rule.if) }),
  };
  core.pauses.add(pause);
  if (lasts !== undefined) {
    pause.timer = core.clock.at(core.clock.now() + lasts, () => void core.pauses.remove(pause));
  }
}

/** What a new run takes over from elsewhere. */
export interface StartOptions {
  originalRunId?: string;
  /** Which `singleton` it holds. */
  singleton?: string | undefined;
  /** When the first event of a batch came. */
  batchedAt?: number;
  /** Changes the run before its first job. */
  prepare?: (run: Run) => void;
  /** The step the first job executes. */
  target?: string | undefined;
}

/** Starts a run of `fn`. A future `ts` of its event delays the first request until then, unless it comes in a batch. */
export function startRun(
  core: Core,
  fn: FunctionConfig,
  events: StoredEvent[],
  options: StartOptions = {},
): Run {
  const now = core.clock.now();
  const first = events[0];
  const priority = first ? priorityOf(fn.controls.priority, first) : 0;
  const run = new Run(core.ulid(), fn, events, now, {
    ...(options.batchedAt === undefined ? {} : { batchedAt: options.batchedAt }),
    ...(options.originalRunId === undefined ? {} : { originalRunId: options.originalRunId }),
    ...(options.singleton === undefined ? {} : { singleton: options.singleton }),
    eventsJson: events.map(eventJson),
    priority,
  });
  options.prepare?.(run);
  core.store.addRun(run);
  for (const rule of fn.cancel) watchForCancel(core, run, rule);
  // A negative priority puts the start off, as on the real server.
  const batched = options.batchedAt !== undefined;
  const at = Math.max(
    now - Math.min(priority, 0) * second,
    batched || !first ? now : core.clock.ofApp(first.ts),
  );
  if (!batched) limitStart(core, run, now);
  core.queue.enqueue(newJob(run, at, { target: options.target, after: run.stack.at(-1) }));
  return run;
}
