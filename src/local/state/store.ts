import type { Run } from './run';
import type { StoredEvent } from './types';

/** How much of what is over is kept for the read API and for reruns. */
export interface Retention {
  /** Ended runs. */
  runs: number;
  /** Bytes of the memos of ended runs. */
  bytes: number;
  /** Events. */
  events: number;
}

export const defaultRetention: Retention = { runs: 500, bytes: 16 * 2 ** 20, events: 2000 };

/** Runs and events in memory. Live runs are never dropped; ended ones and events only as {@link Retention} says. */
export class Store {
  readonly runs = new Map<string, Run>();
  readonly events = new Map<string, StoredEvent>();
  readonly #runsByEvent = new Map<string, Set<Run>>();
  readonly #ended = new Set<Run>();
  #endedBytes = 0;
  /** How many runs were ever started; unlike {@link runs} it forgets none. */
  started = 0;

  constructor(private readonly retention: Retention = defaultRetention) {}

  addEvent(event: StoredEvent): void {
    this.events.set(event.internalId, event);
    for (const [id] of this.events) {
      if (this.events.size <= this.retention.events) break;
      this.events.delete(id);
    }
  }

  addRun(run: Run): void {
    this.started += 1;
    this.runs.set(run.id, run);
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

  live(): Run[] {
    return [...this.runs.values()].filter(run => !run.ended);
  }

  /** Marks a run as over, which makes it a candidate for being forgotten. */
  archive(run: Run): void {
    run.jobKeys.clear();
    this.#ended.add(run);
    this.#endedBytes += run.stateBytes + run.eventsBytes;
    for (const old of this.#ended) {
      if (this.#ended.size <= this.retention.runs && this.#endedBytes <= this.retention.bytes) break;
      this.#forget(old);
    }
  }

  #forget(run: Run): void {
    this.#ended.delete(run);
    this.#endedBytes -= run.stateBytes + run.eventsBytes;
    this.runs.delete(run.id);
    for (const { internalId } of run.events) {
      const runs = this.#runsByEvent.get(internalId);
      runs?.delete(run);
      if (runs?.size === 0) this.#runsByEvent.delete(internalId);
    }
  }
}
