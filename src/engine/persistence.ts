import type { EngineOptions, RunStatus, StepResults } from '../core-types';
import { reasonOf } from '../errors';
import type { RunScope } from './scope';

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

/** The same while the run executes: what the user's function throws must not have Inngest repeat a step. */
export class ExecutionPersistence extends Persistence {
  constructor(private readonly scope: RunScope) {
    super(scope.options, scope.storedStatuses);
  }

  override wanted(workflowStatus: RunStatus, stepResults: StepResults): boolean {
    try {
      return super.wanted(workflowStatus, stepResults);
    } catch (error) {
      const { workflowId, runId, log } = this.scope;
      log.warn(`shouldPersistSnapshot threw, so the run is stored as it is by default (${workflowStatus}).`, {
        workflowId,
        runId,
        reason: reasonOf(error),
      });
      return true;
    }
  }
}
