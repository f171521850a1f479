import type { Activity } from '../activity';
import type { Clock, Timer } from '../clock';
import type { Random } from '../random';
import type { Run } from '../state/run';
import type { Job } from './job';

export interface QueueOptions {
  clock: Clock;
  activity: Activity;
  /** Decides the order of jobs that are ready at the same time. */
  random: Random;
  shuffle: boolean;
  /** How many jobs may be executed at the same time. */
  workers: number;
}

/**
 * Executes jobs when they are due: first come, first served, or in an order drawn from the seed.
 * A job whose run has ended is dropped.
 */
export class Queue {
  readonly #later = new Map<Job, Timer>();
  readonly #ready: Job[] = [];
  readonly #active = new Set<Job>();
  readonly #byId = new Map<string, Job>();
  readonly #byRun = new Map<Run, Set<Job>>();
  #draining = false;
  #stopped = false;
  #work: (job: Job) => Promise<void> = async () => {};

  constructor(private readonly options: QueueOptions) {}

  /** Sets what a job does. It must not throw. */
  onJob(work: (job: Job) => Promise<void>): void {
    this.#work = work;
  }

  enqueue(job: Job): void {
    if (this.#stopped) return;
    const { clock } = this.options;
    const own = this.#byRun.get(job.run) ?? new Set();
    this.#byRun.set(job.run, own.add(job));
    this.#byId.set(job.id, job);
    if (job.at > clock.now())
      this.#later.set(
        job,
        clock.at(job.at, () => this.#due(job)),
      );
    else this.#due(job);
  }

  /** The job with this id, if it is being executed or will be. */
  find(id: string): Job | undefined {
    return this.#byId.get(id);
  }

  of(run: Run): Job[] {
    return [...(this.#byRun.get(run) ?? [])];
  }

  /** Forgets what a run still had to do. What is being executed goes on; its answer finds the run ended. */
  removeAll(run: Run): void {
    for (const job of this.of(run)) {
      this.#later.get(job)?.cancel();
      this.#later.delete(job);
      this.#byId.delete(job.id);
    }
    this.#byRun.delete(run);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#later.values()) timer.cancel();
    this.#later.clear();
    this.#ready.length = 0;
  }

  #due(job: Job): void {
    this.#later.delete(job);
    this.options.activity.enter();
    this.#ready.push(job);
    this.#drainSoon();
  }

  #drainSoon(): void {
    if (this.#draining) return;
    this.#draining = true;
    setImmediate(() => {
      this.#draining = false;
      while (this.#ready.length > 0 && this.#active.size < this.options.workers) this.#begin(this.#pick());
    });
  }

  #pick(): Job {
    const index = this.options.shuffle ? this.options.random.below(this.#ready.length) : 0;
    return this.#ready.splice(index, 1)[0] as Job;
  }

  #begin(job: Job): void {
    if (job.run.ended || this.#stopped) return this.#finish(job);
    this.#active.add(job);
    void this.#work(job).finally(() => {
      this.#active.delete(job);
      this.#finish(job);
    });
  }

  #finish(job: Job): void {
    // A retry has been enqueued again by now, under the same identity.
    if (!this.#later.has(job) && !this.#ready.includes(job)) {
      this.#byId.delete(job.id);
      const own = this.#byRun.get(job.run);
      own?.delete(job);
      if (own?.size === 0) this.#byRun.delete(job.run);
    }
    this.options.activity.leave();
    if (this.#ready.length > 0) this.#drainSoon();
  }
}
