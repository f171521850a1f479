import type { Activity } from '../activity';
import type { Clock, Timer } from '../clock';
import type { Gate } from '../flow/gate';
import type { Random } from '../random';
import type { Run } from '../state/run';
import type { Job } from './job';

const second = 1000;

export interface QueueOptions {
  clock: Clock;
  activity: Activity;
  /** Decides the order of jobs that are ready at the same time. */
  random: Random;
  shuffle: boolean;
  /** How many jobs may be executed at the same time. */
  workers: number;
  /** Decides whether a job's function may be executed now. */
  gate: Gate;
  /** What a run has to do has changed. */
  changed: (run: Run) => void;
}

/** Its place among the jobs that are ready: the lower, the earlier. */
interface Rank {
  time: number;
  order: number;
}

/**
 * Executes jobs when they are due: those of older runs first, as if a run with a priority were older by it; or in
 * an order drawn from the seed. A job whose run has ended is dropped. One that flow control does not let in is
 * held back until a slot is given back or its time comes.
 */
export class Queue {
  readonly #later = new Map<Job, Timer>();
  readonly #ready = new Map<Job, Rank>();
  /** What flow control holds back. The timer says when to ask again, if that is known. */
  readonly #held = new Map<Job, { rank: Rank; timer: Timer | undefined }>();
  readonly #active = new Set<Job>();
  readonly #byId = new Map<string, Job>();
  readonly #byRun = new Map<Run, Set<Job>>();
  #order = 0;
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
    const { clock, changed } = this.options;
    changed(job.run);
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

  /** Whether the app has been asked and has not answered. */
  isUnderWay(job: Job): boolean {
    return this.#active.has(job);
  }

  /** Tells flow control of a run that went on before this server was started. */
  restored(run: Run): void {
    this.options.gate.restored(run);
  }

  of(run: Run): Job[] {
    return [...(this.#byRun.get(run) ?? [])];
  }

  /** Whether flow control holds the job back. */
  isHeld(job: Job): boolean {
    return this.#held.has(job);
  }

  /** Forgets what a run still had to do. What is being executed goes on; its answer finds the run ended. */
  removeAll(run: Run): void {
    for (const job of this.of(run)) {
      this.#later.get(job)?.cancel();
      this.#later.delete(job);
      this.#held.get(job)?.timer?.cancel();
      this.#held.delete(job);
      this.#byId.delete(job.id);
    }
    this.#byRun.delete(run);
    this.options.changed(run);
    if (this.options.gate.end(run)) this.recheck();
  }

  /** Asks again for everything that flow control holds back without knowing until when. */
  recheck(): void {
    for (const [job, { timer }] of this.#held) if (!timer) this.#release(job);
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#later.values()) timer.cancel();
    for (const { timer } of this.#held.values()) timer?.cancel();
    this.#later.clear();
    this.#held.clear();
    this.#ready.clear();
  }

  #due(job: Job): void {
    this.#later.delete(job);
    this.options.activity.enter();
    this.#ready.set(job, this.#rank(job));
    this.#drainSoon();
  }

  #rank(job: Job): Rank {
    const { shuffle, random } = this.options;
    const ahead = (job.run.options.priority ?? 0) * second;
    if (shuffle) return { time: -ahead, order: random.next() };
    return { time: job.run.queuedAt - ahead, order: this.#order++ };
  }

  #drainSoon(): void {
    if (this.#draining) return;
    this.#draining = true;
    setImmediate(() => {
      this.#draining = false;
      this.#drain();
    });
  }

  #drain(): void {
    const now = this.options.clock.now();
    // One whose time has come goes before a younger one, also where its timer is late.
    for (const [job, { timer }] of this.#held) if (timer && timer.at <= now) this.#release(job);
    const jobs = [...this.#ready].sort(([, a], [, b]) => a.time - b.time || a.order - b.order);
    for (const [job, rank] of jobs) {
      if (this.#active.size >= this.options.workers) return;
      this.#ready.delete(job);
      if (job.run.ended || this.#stopped) {
        this.#finish(job);
        continue;
      }
      const again = this.options.gate.admit(job);
      if (again === undefined) this.#begin(job);
      else this.#hold(job, rank, again);
    }
  }

  /** What is held back is no activity: it may take days. */
  #hold(job: Job, rank: Rank, until: number): void {
    const timer = Number.isFinite(until) ? this.options.clock.at(until, () => this.#release(job)) : undefined;
    this.#held.set(job, { rank, timer });
    this.options.activity.leave();
  }

  #release(job: Job): void {
    const held = this.#held.get(job);
    if (!held) return;
    held.timer?.cancel();
    this.#held.delete(job);
    this.options.activity.enter();
    this.#ready.set(job, held.rank);
    this.#drainSoon();
  }

  #begin(job: Job): void {
    this.#active.add(job);
    void this.#work(job).finally(() => {
      this.#active.delete(job);
      if (this.options.gate.leave(job)) this.recheck();
      this.#finish(job);
    });
  }

  #finish(job: Job): void {
    // A retry has been enqueued again by now, under the same identity.
    if (!this.#later.has(job) && !this.#ready.has(job)) {
      this.#byId.delete(job.id);
      const own = this.#byRun.get(job.run);
      own?.delete(job);
      if (own?.size === 0) this.#byRun.delete(job.run);
      this.options.changed(job.run);
    }
    this.options.activity.leave();
    if (this.#ready.size > 0) this.#drainSoon();
  }
}
