/** One run of a workflow, as the test app finds it: what is stored of it, and what Inngest has of it. */
import type { Run } from '../local/state/run';
import type { RunRecord } from '../snapshot/run-record';
import type { Snapshot } from '../snapshot/snapshot';
import type { Executions } from './executions';
import type { InngestRuns } from './inngest-runs';
import { type Operation, OperationLog, type OperationNode, flat } from './operation';
import { treeOf } from './tree';

export class RunView {
  private readonly log: OperationLog;
  /** As it was read last. */
  snapshot: Snapshot | undefined;

  constructor(
    private readonly runs: InngestRuns,
    private readonly executions: Executions,
    private readonly legs: () => Run[],
    /** What it is called in a tree. */
    private readonly title: string,
    private readonly record?: RunRecord,
  ) {
    this.log = new OperationLog(runs, executions);
  }

  async refresh(): Promise<void> {
    this.snapshot = await this.record?.load();
  }

  /** The runs of Inngest's that execute it and what is nested in it. */
  get inngestRuns(): Run[] {
    return this.runs.withInvoked(this.legs());
  }

  /** Inngest has the answer of the last leg. */
  get hasAnswered(): boolean {
    return this.legs().at(-1)?.ended ?? false;
  }

  get operations(): Operation[] {
    return flat(this.nodes);
  }

  get executed(): string[] {
    const ids = new Set(this.inngestRuns.map(({ id }) => id));
    return this.executions.bodies
      .filter(({ inngestRunId }) => ids.has(inngestRunId))
      .map(({ stepId }) => stepId);
  }

  /** What Inngest says of its last leg, where nothing is stored. */
  get status(): string {
    const last = this.legs().at(-1);
    return this.snapshot?.status ?? last?.status.toLowerCase() ?? 'not started';
  }

  get slept(): number {
    const ended = this.operations.filter(({ kind }) => kind === 'sleep');
    return ended.reduce(
      (sum, { startedAt, endedAt = startedAt }) => sum + endedAt.getTime() - startedAt.getTime(),
      0,
    );
  }

  get suspendedAt(): string[] {
    const { snapshot } = this;
    if (snapshot?.status !== 'suspended') return [];
    const inner = this.log.nodesOf(this.legs().slice(-1)).flatMap(node => flat(node.inner));
    const nested = inner.flatMap(({ step, outcome }) =>
      step !== undefined && outcome === 'suspended' ? [step] : [],
    );
    return [...new Set([...Object.keys(snapshot.suspendedPaths), ...nested])];
  }

  tree(): string {
    const [first] = this.legs();
    const start = new Date(first?.startedAt ?? first?.queuedAt ?? 0);
    return treeOf(`${this.title}  ${this.status}`, this.nodes, start);
  }

  private get nodes(): OperationNode[] {
    return this.log.nodesOf(this.legs());
  }
}
