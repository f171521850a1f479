/** The status `waiting`, which others see while a run sleeps or waits for an event. */
import type { Context, RunContextState, StepResults } from '../core-types';
import { reasonOf } from '../errors';
import { packedStory, storedStory } from '../realtime/stored-events';
import { predecessors } from '../snapshot/transitions';
import { serializedContext } from '../wire/request-context';
import type { EngineParts } from './engine-parts';
import type { Operation } from './operations';

/** The entry that waits. */
export interface Waiting {
  entry: { id: string };
  stepResults: StepResults;
  executionContext: RunContextState;
}

/** Stores that the run waits from here on, inside the op that begins the wait. A failed write is logged: it must not repeat the op. */
export async function storeWaiting(
  parts: EngineParts,
  waiting: Waiting,
  operation: Operation,
): Promise<void> {
  await operation.logged();
  await stored(parts, waiting, 'waiting', async () => {
    const { scope, operations } = parts;
    const { stepResults, executionContext } = waiting;
    const { activeStepsPath, executionPath: activePaths, stepExecutionPath, state: value } = executionContext;
    const row = await scope.record.load();
    // The results that take the place of the stored ones carry neither the state that a restart finds nor what was told.
    const events = row && packedStory(operations.toldOps.story(storedStory(row)), scope.runId, stepResults);
    const fields = {
      context: stepResults,
      value,
      activeStepsPath,
      activePaths,
      stepExecutionPath,
      // Also where nothing was stored of the leg's beginning: without it the row would be taken for one of another engine.
      ...(row && { inngest: { ...row.inngest, events } }),
    };
    // Of two waits in a row, the second finds the run waiting already.
    await scope.record.move('waiting', fields, [...predecessors('waiting'), 'waiting']);
  });
}

/** The wait is over, which the op that follows stores: outside an op nothing is observable (I2). */
export function runsAgain(parts: EngineParts, waiting: Waiting): void {
  parts.operations.deferAction(() =>
    stored(parts, waiting, 'running', async () => {
      await parts.scope.record.move('running', {}, ['waiting']);
    }),
  );
}

/** The same of a sleep, which is over with its wait, whatever comes next. */
export function wakes(parts: EngineParts, sleep: Waiting, requestContext: Context): void {
  const { record } = parts.scope;
  parts.operations.deferAction(() =>
    stored(parts, sleep, 'running', async () => {
      if (!(await record.move('running', { activeStepsPath: {} }, ['waiting']))) return;
      // Not with the status, which would take all results: a step that began beside this op may have stored its own.
      const context = serializedContext(requestContext);
      // Core has written down by now that the sleep has succeeded.
      await record.saveStep(sleep.entry.id, sleep.stepResults[sleep.entry.id], context);
    }),
  );
}

async function stored(
  { scope, persistence }: EngineParts,
  { entry, stepResults }: Waiting,
  status: 'waiting' | 'running',
  write: () => Promise<void>,
): Promise<void> {
  try {
    if (persistence.wanted(status, stepResults)) await write();
  } catch (error) {
    scope.log.warn(`That the run is ${status} could not be stored; the run goes on.`, {
      workflowId: scope.workflowId,
      runId: scope.runId,
      stepId: entry.id,
      reason: reasonOf(error),
    });
  }
}
