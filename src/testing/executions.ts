/** What the app's code has done: every step body and every op, also those whose result was lost. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { HookedRun } from '../sdk/test-hook';

/** One call of a step's body. */
export interface Execution {
  inngestRunId: string;
  workflowId: string;
  stepId: string;
}

/** One op of a workflow, as the app executed it. */
export interface PerformedOp extends HookedRun {
  name: string;
  stepId?: string;
  attempts: number;
  /** On the server's clock, ms since 1970. */
  startedAt: number;
  endedAt?: number;
  /** What the step's body did last. */
  outcome?: 'success' | 'failed' | 'suspended';
  isCrashed?: boolean;
}

/** The op that the calling code runs in. One for all apps: each that there is costs every promise of the process a little. */
const current = new AsyncLocalStorage<PerformedOp>();

export class Executions {
  /** In order. */
  readonly bodies: Execution[] = [];
  private readonly ops = new Map<string, PerformedOp>();
  private readonly steps = new Map<string, string>();
  private waiting: (() => void)[] = [];

  constructor(private readonly now: () => number) {}

  /** Resolves with the next op that ends. */
  next(): Promise<void> {
    return new Promise(resolve => this.waiting.push(resolve));
  }

  /** A step that is no body of ours (a nested workflow, a native step) is reached; each request comes here again. */
  reached(run: HookedRun, stepId: string, op: string): void {
    if (!this.named(run, stepId, op)) this.began(run, stepId);
  }

  /** Remembers whose op it is; true where that was known. */
  named({ inngestRunId }: HookedRun, stepId: string, op: string): boolean {
    const key = keyOf(inngestRunId, op);
    const isKnown = this.steps.has(key);
    this.steps.set(key, stepId);
    return isKnown;
  }

  began({ inngestRunId, workflowId }: HookedRun, stepId: string): void {
    this.bodies.push({ inngestRunId, workflowId, stepId });
    const op = current.getStore();
    if (op) op.stepId = stepId;
  }

  /** What the body of the op that the calling code runs in did. */
  ended(outcome: PerformedOp['outcome']): void {
    const op = current.getStore();
    if (op) op.outcome = outcome;
  }

  async perform<T>(
    { workflowId, runId, inngestRunId }: HookedRun,
    name: string,
    body: () => Promise<T>,
  ): Promise<T> {
    const key = keyOf(inngestRunId, name);
    const known = this.ops.get(key);
    const op = known ?? { workflowId, runId, inngestRunId, name, attempts: 0, startedAt: this.now() };
    this.ops.set(key, op);
    op.attempts += 1;
    try {
      return await current.run(op, body);
    } finally {
      op.endedAt = this.now();
      op.isCrashed = false;
      this.changed();
    }
  }

  crashed(): void {
    const op = current.getStore();
    if (op) op.isCrashed = true;
    this.changed();
  }

  op(inngestRunId: string, name: string): PerformedOp | undefined {
    return this.ops.get(keyOf(inngestRunId, name));
  }

  opsOf(inngestRunId: string): PerformedOp[] {
    return [...this.ops.values()].filter(op => op.inngestRunId === inngestRunId);
  }

  /** The step whose op has this name; a later try of it has a number on top. */
  stepOf(inngestRunId: string, name: string): string | undefined {
    const first = name.replace(/ \(retry \d+\)$/, '');
    return this.op(inngestRunId, name)?.stepId ?? this.steps.get(keyOf(inngestRunId, first));
  }

  private changed(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const wake of waiting) wake();
  }
}

const keyOf = (inngestRunId: string, op: string): string => `${inngestRunId} ${op}`;
