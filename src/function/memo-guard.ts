import { isSealed } from '../engine/outcome';
import { FinalError } from '../errors';
import type { MemoizedStep } from '../sdk/port';
import { isRecord } from '../wire/json';

/** Inngest's event of a function's end. */
const ENDED = 'inngest/function.finished';

/**
 * Refuses a run whose memoized steps were made by something else (the peer's package, an older format): our ops would
 * all look new, and every step would run a second time.
 * @throws FinalError `FOREIGN_RUN`, before any user code
 */
export function refuseForeignMemo(
  memoized: Record<string, MemoizedStep>,
  workflowId: string,
  runId: string,
): void {
  const steps = Object.values(memoized);
  if (!steps.some(isForeign) || steps.some(isOurs)) return;
  throw new FinalError(
    'FOREIGN_RUN',
    `Run ${runId} of workflow ${workflowId} was begun by another version of @mastra/inngest, whose steps can't be ` +
      'continued here. Let it end on the version that began it, or cancel it and start it again.',
    { workflowId, runId },
  );
}

function isOurs({ data, error }: MemoizedStep): boolean {
  return isSealed(data) || (isRecord(error) && isSealed(error.cause));
}

/** A sleep's memo is null, and a cancelled child's is the event of its end; neither says who made it. */
function isForeign({ data }: MemoizedStep): boolean {
  return data !== undefined && data !== null && !(isRecord(data) && data.name === ENDED);
}
