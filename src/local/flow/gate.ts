import type { Clock } from '../clock';
import type { Recorder } from '../persist/recorder';
import type { Job } from '../queue/job';
import type { Registry } from '../state/registry';
import type { Run } from '../state/run';
import type { FunctionConfig, StoredEvent } from '../state/types';
import { ACCOUNT_ID, ENV_ID } from '../ids';
import type { ConcurrencyLimit } from './concurrency';
import { keyText } from './key';
import type { Slot } from './slots';
import { Slots } from './slots';
import { Throttles } from './throttle';

/** Something has to be given back first; when is not known. */
const UNKNOWN = Number.POSITIVE_INFINITY;

function slotOf(fn: FunctionConfig, event: StoredEvent, given: ConcurrencyLimit, kind: string): Slot {
  const { limit, key, scope } = given;
  const owner = scope === 'fn' ? fn.uuid : scope === 'env' ? ENV_ID : ACCOUNT_ID;
  return { id: [kind, owner, ...(key ? [keyText(key, event)] : [])].join(' '), limit };
}

/** Decides whether a job may be executed now: a function's `concurrency` and `throttle`. */
export class Gate {
  readonly #slots = new Slots();
  readonly #throttles: Throttles;
  readonly #byJob = new Map<Job, Slot[]>();
  readonly #byRun = new Map<Run, Slot>();

  constructor(
    private readonly clock: Clock,
    private readonly registry: Registry,
    recorder: Recorder,
  ) {
    this.#throttles = new Throttles(recorder);
  }

  /** Lets a job in, which takes what it needs; or says when to ask again, which may be infinite. */
  admit(job: Job): number | undefined {
    const { run } = job;
    const fn = this.registry.find(run.fn.uuid) ?? run.fn;
    const { concurrency, throttle } = fn.controls;
    const steps = concurrency.steps.map(limit => slotOf(fn, run.event, limit, 'step'));
    const starts = run.startedAt === undefined;
    const begun = starts && concurrency.runs ? slotOf(fn, run.event, concurrency.runs, 'run') : undefined;
    if (!this.#slots.free(begun ? [...steps, begun] : steps)) return UNKNOWN;
    // Last, because a start that was counted can't be taken back.
    if (starts && throttle) {
      const due = this.#throttles.admit(fn.uuid, throttle, run.event, this.clock.now());
      if (due !== undefined) return due;
    }
    this.#slots.take(begun ? [...steps, begun] : steps);
    if (steps.length > 0) this.#byJob.set(job, steps);
    if (begun) this.#byRun.set(run, begun);
    return undefined;
  }

  /** A run that has begun before this server was started holds its slot. */
  restored(run: Run): void {
    const { runs } = run.fn.controls.concurrency;
    if (!runs || run.startedAt === undefined) return;
    const slot = slotOf(run.fn, run.event, runs, 'run');
    this.#slots.take([slot]);
    this.#byRun.set(run, slot);
  }

  /** A job has been executed. @returns whether it gives something back */
  leave(job: Job): boolean {
    const slots = this.#byJob.get(job);
    if (slots) this.#slots.giveBack(slots);
    return this.#byJob.delete(job);
  }

  /** A run has ended. @returns whether it gives something back */
  end(run: Run): boolean {
    const slot = this.#byRun.get(run);
    if (slot) this.#slots.giveBack([slot]);
    return this.#byRun.delete(run);
  }
}
