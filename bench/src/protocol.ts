/** What the bench and its child processes say to each other. */
import type { Entrant } from './matrix';

/** A child's only argument, as JSON. */
export interface ChildArguments extends Entrant {
  /** Where the Inngest server is reached: the server itself, or the counting proxy. */
  serverUrl: string;
  /** Where the app is reached, when that is not the app itself. */
  publicUrl?: string;
}

export type Request =
  { type: 'register' } | { type: 'run'; scenario: string; counting: boolean } | { type: 'stop' };

/** One timed run (or batch of runs at once). Milliseconds; bytes for memory. */
export interface Sample {
  /** From the caller's first line to the event's sending: what `start()` does before. */
  setup: number;
  /** From the event's sending to the end of the last step's body. */
  time: number;
  /** From there until `await start()` (or `resume()`) has its result. Nothing to measure for a hand-written function. */
  after?: number;
  /** Of an agent: from the caller's first line to the first word of an answer. */
  first?: number;
  /** Runs whose `start()` or `resume()` gave a result before the run had come to rest. */
  early: number;
  /** CPU time of the app's process, which is the caller's, too. */
  cpu: number;
}

/** Writes to the store's workflow snapshots. */
export interface Writes {
  count: number;
  bytes: number;
}

export type Answer =
  | { type: 'listening'; url: string }
  | { type: 'registered' }
  | { type: 'ran'; sample: Sample; writes: Writes; peakRss: number }
  | { type: 'unsupported'; reason: string }
  | { type: 'failed'; reason: string };
