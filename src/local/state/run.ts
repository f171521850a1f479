import type { JsonObject } from '../json';
import { byteLength } from '../json';
import type { FunctionConfig, RunStatus, StoredEvent } from './types';

/** How a run ended. `output` is canonical JSON. */
export interface RunEnd {
  status: Extract<RunStatus, 'Completed' | 'Failed' | 'Cancelled'>;
  output: string | undefined;
  at: number;
}

/** One step as the read API shows it. */
export interface StepTrace {
  id: string;
  name: string;
  op: string;
  status: 'Queued' | 'Running' | 'Waiting' | 'Completed' | 'Failed';
  attempts: number;
  /** What it was given, or what it waits for, as JSON; unless that is long. */
  input?: string;
  startedAt: number;
  endedAt?: number;
}

/** A function that is to start once the run is over. */
export interface Deferred {
  fnSlug: string;
  input: JsonObject;
  bytes: number;
  /** Whether it is still to start, and the app may say that it is not. */
  abortable: boolean;
}

/** One run of a function: its memoized steps and everything that decides what is sent next. */
export class Run {
  status: RunStatus = 'Queued';
  startedAt: number | undefined;
  end: RunEnd | undefined;
  /** Step ids in the order in which they completed. */
  stack: string[] = [];
  /** Memos by step id, as canonical JSON. */
  readonly steps = new Map<string, string>();
  /** Replaced inputs of a rerun: they look like memos but are no results. */
  readonly inputs = new Map<string, string>();
  /** What it deferred, by hashed id. */
  readonly defers = new Map<string, Deferred>();
  readonly traces = new Map<string, StepTrace>();
  /** -1 until the app's first answer chose one. */
  requestVersion = -1;
  /** Set once an answer reported parallel steps: the app must plan before it executes. */
  forceStepPlan = false;
  /** Version 2: steps that were reported together and have not completed. */
  pending = new Set<string>();
  /** Jobs that were once enqueued, by key: none is enqueued twice. */
  readonly jobKeys = new Set<string>();
  stateBytes = 0;
  readonly eventsJson: string[];
  readonly eventsBytes: number;

  constructor(
    readonly id: string,
    /** As it was registered last. */
    public fn: FunctionConfig,
    readonly events: readonly StoredEvent[],
    readonly queuedAt: number,
    readonly options: {
      originalRunId?: string;
      /** Which `singleton` it holds until it ends. */
      singleton?: string;
      /** When the first event of its batch came, if it was started by one. */
      batchedAt?: number;
      eventsJson: string[];
      /** How many seconds it goes ahead of its time where runs wait for their turn. */
      priority?: number;
    },
  ) {
    this.eventsJson = options.eventsJson;
    this.eventsBytes = this.eventsJson.reduce((sum, json) => sum + byteLength(json), 0);
  }

  get event(): StoredEvent {
    return this.events[0] as StoredEvent;
  }

  get ended(): boolean {
    return this.end !== undefined;
  }

  /**
   * Saves a step's memo unless there is one already: the first result of a step stands.
   * @returns whether steps that were planned together with it are still open
   */
  save(stepId: string, memo: string): { saved: boolean; pending: boolean } {
    const saved = !this.steps.has(stepId);
    if (saved) {
      this.steps.set(stepId, memo);
      this.inputs.delete(stepId);
      this.stack.push(stepId);
      this.stateBytes += byteLength(memo);
    }
    this.pending.delete(stepId);
    return { saved, pending: this.pending.size > 0 };
  }

  /** `true` the first time a key is claimed. */
  claimJob(key: string): boolean {
    if (this.jobKeys.has(key)) return false;
    this.jobKeys.add(key);
    return true;
  }

  trace(step: { id: string; name: string; op: string }, now: number, change: Partial<StepTrace>): void {
    const found = this.traces.get(step.id);
    const trace = found ?? { ...step, status: 'Queued', attempts: 0, startedAt: now };
    this.traces.set(step.id, Object.assign(trace, change));
  }
}
