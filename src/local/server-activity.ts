import type { Admitted } from './executor/admission';
import type { LocalServerErrorCode } from './errors';

/** An app registered for the first time, or differently than before. */
export interface AppSynced {
  type: 'app.synced';
  /** The server's time, ms since 1970; so in all of them. */
  at: number;
  app: string;
  url: string;
  /** Such as `js:v4.24.0`. */
  sdk: string;
  framework: string;
  /** The slugs of its functions. */
  functions: string[];
}

/** An app can't be reached, or did not register: told once, until it has. */
export interface AppFailed {
  type: 'app.failed';
  at: number;
  url: string;
  code: LocalServerErrorCode;
  message: string;
}

/** An app that had registered and then failed answers again. */
export interface AppBack {
  type: 'app.back';
  at: number;
  url: string;
}

/** An event came: of a client or an app, or one of the server's own (`inngest/…`). */
export interface EventReceived {
  type: 'event.received';
  at: number;
  /** The server's id of the event, which its runs are listed under. */
  eventId: string;
  name: string;
  /** What an invocation (`inngest/function.invoked`) names. */
  invokes?: string;
  /** The functions that take it, and what came of each start. None: no function takes it. */
  starts: { function: string; came: Admitted }[];
  /** How many waits it ended. */
  resumed: number;
  /** How many runs it cancelled. */
  cancelled: number;
  /** Where nobody takes it: the event that a function takes, or the function, whose name is close. */
  nearest?: string;
}

interface InRun {
  at: number;
  /** Inngest's id of the run. */
  runId: string;
  /** The function's slug. */
  function: string;
}

/** What failed. */
export interface ActivityError {
  name: string;
  message: string;
}

/** The first request of a run is sent. */
export interface RunStarted extends InRun {
  type: 'run.started';
  event: string;
}

/** A request failed outside a step, or never got an answer, and is sent again. */
export interface RunRetried extends InRun {
  type: 'run.retried';
  /** How many attempts have failed. */
  attempt: number;
  attempts: number;
  retryAt: number;
  error: ActivityError;
}

/** A run is over. */
export interface RunEnded extends InRun {
  type: 'run.ended';
  status: 'Completed' | 'Failed' | 'Cancelled';
  /** From its first request on. */
  milliseconds: number;
  /** JSON; of a run that completed. */
  output?: string;
  error?: ActivityError;
}

/** A step, as Inngest knows it. */
interface OfStep extends InRun {
  step: string;
  /** Inngest's name of what it does: `StepRun`, `Sleep`, `WaitForEvent`, `InvokeFunction`, … */
  op: string;
}

/** A step sleeps, waits for an event or a signal, or for a function that it invoked. */
export interface StepWaiting extends OfStep {
  type: 'step.waiting';
}

/** A step failed and is tried again. */
export interface StepRetried extends OfStep {
  type: 'step.retried';
  /** How many attempts have failed. */
  attempt: number;
  attempts: number;
  retryAt: number;
  error: ActivityError;
}

/** A step has its result. */
export interface StepEnded extends OfStep {
  type: 'step.ended';
  status: 'Completed' | 'Failed';
  /** How often it was tried. */
  attempts: number;
  milliseconds: number;
  /** JSON; of a step that completed. */
  output?: string;
  error?: ActivityError;
}

/** Something that happened in a local server. */
export type ServerActivity =
  | AppSynced
  | AppFailed
  | AppBack
  | EventReceived
  | RunStarted
  | RunRetried
  | RunEnded
  | StepWaiting
  | StepRetried
  | StepEnded;
