/** What of `createRun({ shouldPersistSnapshot })` travels to the process that executes the run. */
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
 * The statuses in which a run is to be stored: a function can't travel, so it is asked for each of them beforehand.
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
    // Of a run that has not begun the results are known.
    wanted({ workflowStatus, stepResults: workflowStatus === 'pending' ? {} : unknown }),
  );
}
