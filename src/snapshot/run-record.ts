import { FinalError, MastraInngestError } from '../errors';
import type { Snapshot, StoreProvider, WorkflowsStore } from './store';
import { type Status, isTerminal, predecessors } from './transitions';

/** Which stored run this is. */
export interface RunIdentity {
  workflowId: string;
  runId: string;
  resourceId?: string;
}

/** What a run looks like before anything happened. */
export function emptySnapshot(runId: string, status: Status, fields: Partial<Snapshot> = {}): Snapshot {
  return {
    runId,
    status,
    value: {},
    context: {},
    activePaths: [],
    activeStepsPath: {},
    serializedStepGraph: [],
    suspendedPaths: {},
    resumeLabels: {},
    waitingPaths: {},
    timestamp: Date.now(),
    ...fields,
  };
}

/** The one writer of a run's stored snapshot (I6). */
export class RunRecord {
  constructor(
    private readonly provider: StoreProvider,
    readonly identity: RunIdentity,
  ) {}

  private get key() {
    return { workflowName: this.identity.workflowId, runId: this.identity.runId };
  }

  async load(): Promise<Snapshot | undefined> {
    const store = await this.provider();
    return (await store?.loadWorkflowSnapshot(this.key)) ?? undefined;
  }

  /** Writes a new row. Blind, hence for creation only. */
  async create(snapshot: Snapshot): Promise<void> {
    const store = await this.provider();
    await store?.persistWorkflowSnapshot({ ...this.key, resourceId: this.identity.resourceId, snapshot });
  }

  /**
   * Takes the run for one Inngest run: `pending` → `running` with its owner. Repeating it with the same owner is fine (a
   * re-executed op, or several first ops at once).
   * @throws FinalError `RUN_CONFLICT` when another Inngest run owns it, or when it has run without this package.
   */
  async claim(owner: string, initial: Snapshot): Promise<void> {
    const store = await this.provider();
    if (!store) return;
    const existing = await store.loadWorkflowSnapshot(this.key);
    if (!existing) {
      await this.create({ ...initial, status: 'running', inngest: { owner } });
      return;
    }
    if (existing.inngest?.owner === owner) return;
    if (existing.status !== 'pending') throw this.conflict(existing);
    const claimed = await store.updateWorkflowState({
      ...this.key,
      opts: { status: 'running', expectedStatus: ['pending'], context: initial.context, inngest: { owner } },
    });
    if (!claimed) await this.confirmOwner(store, owner);
  }

  private async confirmOwner(store: WorkflowsStore, owner: string): Promise<void> {
    const current = await store.loadWorkflowSnapshot(this.key);
    if (current && current.inngest?.owner !== owner) throw this.conflict(current);
  }

  private conflict(existing: Snapshot): FinalError {
    const { workflowId, runId } = this.identity;
    return new FinalError(
      'RUN_CONFLICT',
      `Run ${runId} of workflow ${workflowId} was already started (its status is ${existing.status}), ` +
        'so this start executes nothing. Start with a new run id.',
      { workflowId, runId },
    );
  }

  /** Adds a step's result while the run goes on: merges, and leaves the status alone. */
  async saveStep(stepId: string, result: unknown, requestContext: Record<string, unknown>): Promise<void> {
    const store = await this.provider();
    await store?.updateWorkflowResults({ ...this.key, stepId, result, requestContext });
  }

  /** Moves to another status where the transition table allows it; answers whether it did. */
  async move(status: Status, fields: Partial<Snapshot> = {}): Promise<boolean> {
    const store = await this.provider();
    const opts = { ...fields, status, expectedStatus: predecessors(status) };
    return (await store?.updateWorkflowState({ ...this.key, opts })) !== undefined;
  }

  /**
   * Writes where the run came to rest, complete. A row that is missing (nothing was stored so far) is created; one that
   * has ended, or belongs to another Inngest run, stays as it is.
   */
  async settle(owner: string, snapshot: Snapshot): Promise<void> {
    const current = await this.load();
    if (!current) {
      await this.create(snapshot);
      return;
    }
    const foreign = current.inngest?.owner !== undefined && current.inngest.owner !== owner;
    if (foreign || isTerminal(current.status) || current.status === snapshot.status) return;
    const { runId: _runId, status, ...fields } = snapshot;
    if (!(await this.move(status, fields))) await this.requireSettled(status);
  }

  private async requireSettled(status: Status): Promise<void> {
    const current = await this.load();
    if (current && (isTerminal(current.status) || current.status === status)) return;
    const { workflowId, runId } = this.identity;
    // A plain (retryable) error: Inngest runs the op again, and the next write may hold.
    throw new MastraInngestError(
      'SNAPSHOT_NOT_STORED',
      `The end of run ${runId} of workflow ${workflowId} (${status}) could not be stored; ` +
        `the stored status is ${current?.status ?? 'missing'}.`,
      { workflowId, runId },
    );
  }
}
