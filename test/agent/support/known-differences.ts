/**
 * Where core's durable agents, in one process, differ from themselves across processes: their steps share message objects with what came
 * before, so a later change shows in an earlier result. Here every op's result is remembered as it was.
 */
import { isRecord } from '../../../src/wire/json';

/**
 * Marks for core's own use that the next turn, or a task in the background, sets: core shows them in results of the turn before, too.
 */
const LATER_MARKS = ['responseBoundary', 'backgroundTasks', 'mode'];
/** Core takes these away when the call is answered, and what it took them from is then read again from the suspended state. */
const ANSWERED = ['pendingToolApprovals', 'suspendedTools'];
const ANSWERED_PARTS = ['data-tool-call-approval', 'data-tool-call-suspended'];

/** The same value without them. `waiting`: the calls that are not answered, whose marks stay. */
export function comparable(value: unknown, waiting: readonly string[] = []): unknown {
  if (Array.isArray(value))
    return value.filter(item => !isAnsweredPart(item, waiting)).map(item => comparable(item, waiting));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !LATER_MARKS.includes(key))
    .map(
      ([key, item]) =>
        [key, ANSWERED.includes(key) ? only(waiting, item) : comparable(item, waiting)] as const,
    );
  const mayBeEmpty = ['mastra', ...ANSWERED];
  return Object.fromEntries(entries.filter(([key, item]) => !(mayBeEmpty.includes(key) && isEmpty(item))));
}

function isAnsweredPart(item: unknown, waiting: readonly string[]): boolean {
  if (!isRecord(item) || !ANSWERED_PARTS.includes(String(item.type))) return false;
  return !waiting.includes(String((item.data as { toolCallId?: string }).toolCallId));
}

function only(waiting: readonly string[], marks: unknown): object {
  return Object.fromEntries(Object.entries(marks as object).filter(([id]) => waiting.includes(id)));
}

function isEmpty(item: unknown): boolean {
  return isRecord(item) && Object.keys(item).length === 0;
}

/**
 * What `generate()` gives, and the stream of a run that is suspended, without the stored form of the messages of a step: core reads it, while the run goes on, from the list that its
 * steps fill and empty in the same process, so what it has hangs on the moment.
 */
export function withoutResponses(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) =>
      key === 'dbMessages' || key === 'uiMessages' ? undefined : item,
    ),
  );
}
