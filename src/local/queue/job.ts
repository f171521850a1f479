import { randomId } from '../ids';
import type { Run } from '../state/run';

/** One call to the app, with its own budget of attempts. A retry is the same job again. */
export interface Job {
  readonly id: string;
  readonly run: Run;
  /** The planned step it executes; `undefined` asks the function what comes next. */
  readonly target: string | undefined;
  /** A sleep is over when its job starts: the step that gets its memo then. */
  readonly wakes: string | undefined;
  readonly parallelMode: string | undefined;
  /** The completed step that led to it; `undefined` at the start of a run. */
  readonly after: string | undefined;
  /** When it may start, ms. */
  at: number;
  /** Whether its last request asked the app to plan, not execute. */
  planned: boolean;
  /** 0 at first, then the number of failures so far. */
  attempt: number;
  /** When its last request was sent, ms. */
  sentAt: number;
  /** Grows with every dispatch, so that a late checkpoint of an earlier one can be told. */
  generation: number;
}

export interface JobOptions {
  target?: string | undefined;
  wakes?: string;
  parallelMode?: string | undefined;
  after?: string | undefined;
}

export function newJob(run: Run, at: number, options: JobOptions = {}): Job {
  return {
    id: randomId(),
    run,
    target: options.target,
    wakes: options.wakes,
    parallelMode: options.parallelMode,
    after: options.after ?? options.wakes,
    at,
    planned: false,
    attempt: 0,
    sentAt: at,
    generation: 1,
  };
}
