import type { EngineOptions, RunStatus, StepResults } from '../core-types';
import { reasonOf } from '../errors';
import type { RunIdentity } from './snapshot';

/** The user's say in what is stored of a run. */
export class Persistence {
  constructor(
    private readonly options: Pick<EngineOptions, 'shouldPersistSnapshot'>,
    /** The statuses in which this run is stored, where `createRun` was told; else the workflow's option decides. */
    private readonly statuses?: readonly string[],
  ) {}

  /** `shouldPersistSnapshot`: user code, so an execution asks it inside an op, or while the run has none. */
  wanted(workflowStatus: RunStatus, stepResults: StepResults): boolean {
    if (this.statuses) return this.statuses.includes(workflowStatus);
    return this.options.shouldPersistSnapshot?.({ workflowStatus, stepResults }) ?? true;
  }
}

/** A run that executes, as far as its persistence needs it. */
interface ExecutedRun extends Readonly<RunIdentity> {
  readonly options: Pick<EngineOptions, 'shouldPersistSnapshot'>;
  readonly storedStatuses?: readonly string[];
  readonly log: { warn(message: string, details: Record<string, unknown>): void };
}

/** The same while the run executes: what the user's function throws must not have Inngest repeat a step. */
export class ExecutionPersistence extends Persistence {
  constructor(private readonly run: ExecutedRun) {
    super(run.options, run.storedStatuses);
  }

  override wanted(workflowStatus: RunStatus, stepResults: StepResults): boolean {
    try {
      return super.wanted(workflowStatus, stepResults);
    } catch (error) {
      const { workflowId, runId, log } = this.run;
      log.warn(`shouldPersistSnapshot threw, so the run is stored as it is by default (${workflowStatus}).`, {
        workflowId,
        runId,
        reason: reasonOf(error),
      });
      return true;
    }
  }
}
