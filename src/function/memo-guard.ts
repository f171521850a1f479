import { type Refusal, SealedFailure, isSealed } from '../wire/outcome';
import { MastraInngestError } from '../errors';
import type { MemoizedStep } from '../sdk/port';
import { isRecord } from '../wire/json';

/** Inngest's event of a function's end. */
const ENDED = 'inngest/function.finished';

/**
 * Refuses a run whose memoized steps were made by something else (the peer's package, an older format): our ops would
 * all look new, and every step would run a second time.
 * @throws a refusal with `FOREIGN_RUN`, before any user code; the stored run is closed once Inngest says that it failed
 */
export function refuseForeignMemo(
  memoized: Record<string, MemoizedStep>,
  workflowId: string,
  runId: string,
): void {
  const steps = Object.values(memoized);
  const isEmpty = steps.length > 0 && steps.every(isNothing);
  if ((!steps.some(isForeign) && !isEmpty) || steps.some(isOurs)) return;
  const error = new MastraInngestError(
    'FOREIGN_RUN',
    `Run ${runId} of workflow ${workflowId} was begun by another version of @mastra/inngest, and what Inngest remembers of ` +
      "its steps can't be read here. Go on with it from the store: run.resume() where it is suspended, else run.restart().",
    { workflowId, runId },
  );
  const refused = { runId, code: 'FOREIGN_RUN' };
  throw new SealedFailure(error, { refused, thrown: error } satisfies Refusal).withoutStack();
}

function isOurs({ data, error }: MemoizedStep): boolean {
  return isSealed(data) || (isRecord(error) && isSealed(error.cause) && !isOfWholeRun(error.cause));
}

/** What a run that nobody of ours has invoked fails with is in the memory of whoever has, and says nothing of that one. */
function isOfWholeRun({ status, refused }: Record<string, unknown>): boolean {
  return status !== undefined || (isRecord(refused) && refused.code === 'FOREIGN_RUN');
}

/** A memo of null, as a sleep's is. A run of ours has an op before its first sleep, so it has other memos, too. */
function isNothing({ data, error }: MemoizedStep): boolean {
  return data === null && !error;
}

/** A sleep's memo is null, and a cancelled child's is the event of its end; neither says who made it. */
function isForeign({ data }: MemoizedStep): boolean {
  return data !== undefined && data !== null && !(isRecord(data) && data.name === ENDED);
}
