import type { EngineOptions, RunStatus, StepResults } from '../core-types';
import type { ContainerTimes } from './container-times';
import type { OperationIds } from './operation-ids';
import type { Operations } from './operations';
import type { RunPubSub } from './run-pubsub';
import type { RunTrace } from './run-trace';
import type { RunScope } from './scope';

/** What the parts of one run's engine share. */
export interface EngineParts {
  readonly scope: RunScope;
  readonly ids: OperationIds;
  /** Index of the graph's last entry. */
  readonly lastEntry: number;
  readonly operations: Operations;
  readonly pubsub: RunPubSub;
  readonly persistence: Persistence;
  readonly times: ContainerTimes;
  readonly trace: RunTrace;
}

/** The user's say in what is stored. */
export class Persistence {
  constructor(private readonly options: EngineOptions) {}

  /** `shouldPersistSnapshot`: user code, so asked inside an op, or while the run has none. */
  wanted(workflowStatus: RunStatus, stepResults: StepResults): boolean {
    return this.options.shouldPersistSnapshot?.({ workflowStatus, stepResults }) ?? true;
  }
}
