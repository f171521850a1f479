/** `createRun({ shouldPersistSnapshot })` as a list of statuses, which the run's events carry to the process that executes it. */
import type { EngineOptions, RunStatus } from '../core-types';
import { MastraInngestError } from '../errors';

type Predicate = NonNullable<EngineOptions['shouldPersistSnapshot']>;

const STATUSES = Object.keys({
  bailed: 0,
  canceled: 0,
  failed: 0,
  paused: 0,
  pending: 0,
  running: 0,
  skipped: 0,
  success: 0,
  suspended: 0,
  tripwire: 0,
  waiting: 0,
} satisfies Record<RunStatus, 0>) as RunStatus[];

/**
 * The statuses in which a run is stored. A function can't be sent to another process, so it is called for each status beforehand.
 * @throws MastraInngestError `INVALID_WORKFLOW_OPTION` where its answer hangs on the results of steps, which are not known yet
 */
export function storedStatuses(wanted: Predicate, workflowId: string, runId: string): RunStatus[] {
  const onLook = () => {
    throw new MastraInngestError(
      'INVALID_WORKFLOW_OPTION',
      `createRun({ shouldPersistSnapshot }) of workflow ${workflowId}: it looks at stepResults, which only the process that ` +
        'executes the run will know. Decide by workflowStatus alone, or set it in the options of createWorkflow().',
      { workflowId, runId },
    );
  };
  const unknown = new Proxy(
    {},
    { get: onLook, has: onLook, ownKeys: onLook, getOwnPropertyDescriptor: onLook },
  );
  return STATUSES.filter(workflowStatus =>
    // A run that has not begun has no results, so here the function may look at them.
    wanted({ workflowStatus, stepResults: workflowStatus === 'pending' ? {} : unknown }),
  );
}
