import { FinalError, MastraInngestError } from '../errors';
import {
  type RunIdentity,
  type Ownership,
  type Snapshot,
  type Status,
  isTerminal,
  isCanceledUnstarted,
  hasToldEnd,
} from './snapshot';
import { LegClaims } from './leg-claim';
import type { StoreProvider } from './store';
import { predecessors } from './transitions';

function heldBy({ status }: Snapshot): 'claimed' | 'canceled' {
  return status === 'canceled' ? 'canceled' : 'claimed';
}

/** A release up to 1.9 of this package stores `running` before it sends the start, when nothing of the run is known yet. */
function isAnnounced({ status, inngest, context }: Snapshot): boolean {
  return status === 'running' && inngest === undefined && Object.keys(context).length === 0;
}

/** The one writer of a run's stored snapshot. Nothing else writes it, and a run that has ended never changes (I6). */
export class RunRecord {
  constructor(
    private readonly provider: StoreProvider,
    readonly identity: RunIdentity,
  ) {}

  private get key() {
    return { workflowName: this.identity.workflowId, runId: this.identity.runId };
  }

  /** Another run in the same store. */
  sibling(identity: RunIdentity): RunRecord {
    return new RunRecord(this.provider, identity);
  }

  async load(): Promise<Snapshot | undefined> {
    const store = await this.provider();
    return (await store?.loadWorkflowSnapshot(this.key)) ?? undefined;
  }

  /** Writes a new row, without a look at what is stored: for creation only. */
  async create(snapshot: Snapshot): Promise<void> {
    const store = await this.provider();
    await store?.persistWorkflowSnapshot({ ...this.key, resourceId: this.identity.resourceId, snapshot });
  }

  /**
   * Takes the run for one Inngest run: `pending` → `running` with its owner. Repeating it with the same owner is fine (a
   * re-executed op, or several first ops at once). A run that was cancelled before it began stays so.
   * @throws FinalError `RUN_CONFLICT` when another Inngest run owns it, or when it has run without this package.
   */
  async claim(ownership: Ownership, initial: Snapshot): Promise<'claimed' | 'canceled'> {
    const store = await this.provider();
    if (!store) return 'claimed';
    const existing = await store.loadWorkflowSnapshot(this.key);
    if (!existing) {
      await this.create({ ...initial, status: 'running', inngest: ownership });
      return 'claimed';
    }
    if (existing.inngest?.owner === ownership.owner) return heldBy(existing);
    if (existing.status !== 'pending' && !isAnnounced(existing)) return this.refused(existing);
    const { context, value, activePaths, activeStepsPath, stepExecutionPath, serializedStepGraph } = initial;
    // The caller who made the row may be of another version.
    const isOther = JSON.stringify(serializedStepGraph) !== JSON.stringify(existing.serializedStepGraph);
    const claimed = await store.updateWorkflowState({
      ...this.key,
      opts: {
        status: 'running',
        expectedStatus: [existing.status],
        context,
        value,
        activePaths,
        activeStepsPath,
        stepExecutionPath,
        ...(serializedStepGraph.length > 0 && isOther && { serializedStepGraph }),
        inngest: ownership,
      },
    });
    if (claimed) return 'claimed';
    const current = await store.loadWorkflowSnapshot(this.key);
    if (!current || current.inngest?.owner === ownership.owner) return 'claimed';
    return this.refused(current);
  }

  private refused(existing: Snapshot): 'canceled' {
    if (isCanceledUnstarted(existing)) return 'canceled';
    throw this.conflict(existing);
  }

  /** The claims of the run's later legs; undefined where Mastra has no store. */
  async legs(): Promise<LegClaims | undefined> {
    const store = await this.provider();
    return store && new LegClaims(store, this.identity);
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

  /** Moves to another status where the transition table allows it; returns whether it did. */
  async move(
    status: Status,
    fields: Partial<Snapshot> = {},
    expectedStatus: Status[] = predecessors(status),
  ): Promise<boolean> {
    const store = await this.provider();
    const opts = { ...fields, status, expectedStatus };
    return (await store?.updateWorkflowState({ ...this.key, opts })) !== undefined;
  }

  /**
   * Writes the whole run when a leg of it comes to rest. A missing row (nothing was stored so far) is created. A row that has
   * ended in this leg, has been continued since, or belongs to another Inngest run stays as it is.
   */
  async settle(
    settled: Snapshot,
    /** Fields to add, made from the row as it is. */
    added: (current: Snapshot | undefined) => Partial<Ownership> = () => ({}),
  ): Promise<void> {
    const current = await this.load();
    const snapshot = { ...settled, inngest: { ...settled.inngest, ...added(current) } };
    if (!current) {
      await this.create(snapshot);
      return;
    }
    const { runId: _runId, status, ...fields } = snapshot;
    const expected = this.settledFrom(current, snapshot);
    if (expected.length === 0) return;
    if (!(await this.move(status, fields, expected))) await this.requireSettled(status);
  }

  /** The statuses that the end of a leg may be written over; none where the row is not this leg's to write. */
  private settledFrom(current: Snapshot, { status, inngest }: Snapshot): Status[] {
    const leg = inngest?.leg ?? 0;
    const stored = current.inngest?.leg ?? 0;
    if (stored > leg) return [];
    // The user's `shouldPersistSnapshot` kept the leg's beginning out of the store.
    if (stored < leg) return current.status === 'canceled' ? [] : [current.status];
    const owner = current.inngest?.owner;
    const foreign = owner !== undefined && owner !== inngest?.owner;
    return foreign || isTerminal(current.status) || current.status === status ? [] : predecessors(status);
  }

  /** Notes that `onFinish` and `onError` were called for the leg: the only thing that changes in a run that has ended. */
  async noteEndTold(leg: number): Promise<void> {
    const current = await this.load();
    if (!current || hasToldEnd(current) || (current.inngest?.leg ?? 0) !== leg) return;
    const inngest = { ...current.inngest, endTold: leg };
    await this.move(current.status, { inngest }, [current.status]);
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
