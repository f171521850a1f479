import type { Activity } from '../activity';
import type { Clock } from '../clock';
import type { Queue } from '../queue/queue';
import type { Random } from '../random';
import type { Recorder } from '../persist/recorder';
import type { Pauses } from '../state/pauses';
import type { Registry } from '../state/registry';
import type { Run } from '../state/run';
import type { Store } from '../state/store';
import type { StoredEvent } from '../state/types';
import type { ServerActivity } from '../server-activity';

/** What reached the server from an app, whatever it means. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  body: string;
}

/** Sends a request to an app. Rejects if there was no answer. */
export type Send = (url: string, headers: Record<string, string>, body: string) => Promise<RawAnswer>;

/** The parts of the server, as the executor sees them. */
export interface Core {
  clock: Clock;
  activity: Activity;
  random: Random;
  shuffle: boolean;
  store: Store;
  registry: Registry;
  pauses: Pauses;
  queue: Queue;
  /** Makes a ULID of the current time. */
  ulid: () => string;
  /** ms until retry 1, 2, … */
  retryDelay: (retry: number) => number;
  send: Send;
  recorder: Recorder;
  /** A run has changed. Whoever changes what it has to do, or waits for, need not say so. */
  changed: (run: Run) => void;
  /** Stores events and, once the current work is done, dispatches them. */
  emit: (events: StoredEvent[]) => void;
  /** Tells the observer, if there is one: what only it asks about need not be found out for nobody. */
  tell: ((activity: ServerActivity) => void) & { isHeard: boolean };
}
