import type { EngineOptions, RunStatus, StepResults } from '../core-types';

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
