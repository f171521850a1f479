import type { RunStatus, StepResults } from '../core-types';
import { reasonOf } from '../errors';
import { Persistence } from '../snapshot/persistence';
import type { RunScope } from './scope';

/** The user's say in what is stored, while the run executes: what the user's function throws must not have Inngest repeat a step. */
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
