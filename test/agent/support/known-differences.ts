/**
 * Where core's durable agents, in one process, differ from themselves across processes: their steps share message objects with what came
 * before, so a later change shows in an earlier result. Here every op's result is remembered as it was.
 */
import { isRecord } from '../../../src/wire/json';

/** A mark for core's own use that the next turn sets: core shows it in results of the turn before, too. */
const LATER_MARK = 'responseBoundary';
/** Core takes these away when the call is answered, and what it took them from is then read again from the suspended state. */
const ANSWERED = ['pendingToolApprovals', 'suspendedTools'];
const ANSWERED_PARTS = ['data-tool-call-approval', 'data-tool-call-suspended'];

/** The same value without them. */
export function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(item => !isAnsweredPart(item)).map(comparable);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value)
    .filter(([key]) => key !== LATER_MARK && !ANSWERED.includes(key))
    .map(([key, item]) => [key, comparable(item)] as const);
  return Object.fromEntries(entries.filter(([key, item]) => !(key === 'mastra' && isEmpty(item))));
}

function isAnsweredPart(item: unknown): boolean {
  return isRecord(item) && ANSWERED_PARTS.includes(String(item.type));
}

function isEmpty(item: unknown): boolean {
  return isRecord(item) && Object.keys(item).length === 0;
}
