import type { Recorder } from '../persist/recorder';
import { plain } from '../persist/plain';
import type { Run } from './run';
import type { StoredEvent } from './types';

/** How much of what is over is kept for the read API and for reruns. */
export interface Retention {
  /** Ended runs. */
  runs: number;
  /** Bytes of the memos and results of ended runs, and as many of events. */
  bytes: number;
  /** Events. */
  events: number;
}

export const defaultRetention: Retention = { runs: 500, bytes: 16 * 2 ** 20, events: 2000 };

// Results of this size are kept as long as their runs.
const smallOutput = 64 * 2 ** 10;

function weight(run: Run): number {
  return run.stateBytes + (run.end?.output?.length ?? 0);
}

/** Runs and events in memory. Live runs are never dropped; ended ones and events only as {@link Retention} says. */
export class Store {
  readonly runs = new Map<string, Run>();
  readonly events = new Map<string, StoredEvent>();
  readonly #runsByEvent = new Map<string, Set<Run>>();
  readonly #ended = new Set<Run>();
  /** Ended runs that still have their memos. */
  readonly #heavy = new Set<Run>();
  #heavyBytes = 0;
  #eventBytes = 0;

  constructor(
    private readonly retention: Retention,
    private readonly recorder: Recorder,
    private readonly changed: (run: Run) => void,
  ) {}

  addEvent(event: StoredEvent): void {
    if (this.events.has(event.internalId)) return;
    this.#eventChanged(event);
    this.events.set(event.internalId, event);
    this.#eventBytes += event.bytes;
    for (const [id, old] of this.events) {
      if (this.events.size <= this.retention.events && this.#eventBytes <= this.retention.bytes) break;
      this.events.delete(id);
      this.#eventBytes -= old.bytes;
      this.#eventChanged(old);
    }
  }

  #eventChanged(event: StoredEvent): void {
    const id = event.internalId;
    this.recorder.changed(`event ${id}`, () => [['event', id, plain(this.events.get(id))]]);
  }

  addRun(run: Run): void {
    this.runs.set(run.id, run);
    this.changed(run);
    for (const { internalId } of run.events) {
      const runs = this.#runsByEvent.get(internalId);
      if (runs) runs.add(run);
      else this.#runsByEvent.set(internalId, new Set([run]));
    }
  }

  /** The runs an event started, oldest first. */
  runsOf(eventId: string): Run[] {
    return [...(this.#runsByEvent.get(eventId) ?? [])];
  }

  /** Marks a run as over, which makes it a candidate for being forgotten: first its memos, then all of it. */
  archive(run: Run): void {
    run.jobKeys.clear();
    this.changed(run);
    this.#ended.add(run);
    this.#heavy.add(run);
    this.#heavyBytes += weight(run);
    for (const old of this.#heavy) {
      if (this.#heavyBytes <= this.retention.bytes) break;
      this.#strip(old);
    }
    for (const old of this.#ended) {
      if (this.#ended.size <= this.retention.runs) break;
      this.#forget(old);
    }
  }

  #strip(run: Run): void {
    if (!this.#heavy.delete(run)) return;
    this.#heavyBytes -= weight(run);
    if (run.end && (run.end.output?.length ?? 0) > smallOutput) run.end.output = undefined;
    run.steps.clear();
    run.inputs.clear();
    this.changed(run);
  }

  #forget(run: Run): void {
    this.#strip(run);
    this.#ended.delete(run);
    this.runs.delete(run.id);
    this.changed(run);
    for (const { internalId } of run.events) {
      const runs = this.#runsByEvent.get(internalId);
      runs?.delete(run);
      if (runs?.size === 0) this.#runsByEvent.delete(internalId);
    }
  }
}
