/** Which pieces of user code were executed, and with what: compared beside what a run gave. */
import { RequestContext } from '@mastra/core/request-context';
import type { Normaliser, Plain } from './normalise';

/** One call of a piece of user code. */
export interface Execution {
  name: string;
  /** Its place among all calls of this process. */
  at: number;
  given: Plain;
}

/** What user code of a workflow is given as data; of the rest, which is tools, the names are compared. */
const DATA = [
  'inputData',
  'resumeData',
  'suspendData',
  'state',
  'retryCount',
  'iterationCount',
  'resourceId',
  'runId',
  'actor',
  'status',
  'input',
] as const;

let count = 0;

/** Notes a call with what it is given. */
export function given(name: string, argument: unknown, normaliser: Normaliser): Execution {
  return { name, at: count++, given: normaliser.plain(dataOf(argument)) };
}

function dataOf(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null) return argument;
  const { requestContext, ...all } = argument as Record<string, unknown>;
  const values = requestContext instanceof RequestContext ? { requestContext: inOrder(requestContext) } : {};
  const names = Object.keys(argument).toSorted();
  if ('getInitData' in all)
    return { ...Object.fromEntries(DATA.map(key => [key, all[key]])), ...values, names };
  // A tool's input, a processor's part: what is no data in it is named only.
  const data = Object.fromEntries(Object.entries(all).filter(([, value]) => isData(value)));
  return { ...data, ...values, names };
}

/** The Inngest server sorts the keys of what it passes on. */
function inOrder(context: RequestContext): Record<string, unknown> {
  const entries = Object.entries(context.toJSON());
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function isData(value: unknown): boolean {
  try {
    structuredClone(value);
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** The executions of each piece of code, whichever process they were in; sorted where their order is chance. */
export function byName(executions: readonly Execution[], unordered = false): Record<string, Plain[]> {
  const names: Record<string, Plain[]> = {};
  for (const one of executions.toSorted((left, right) => left.at - right.at)) {
    (names[one.name] ??= []).push(one.given);
  }
  if (!unordered) return names;
  const inOrder = (list: Plain[]) =>
    list
      .map(one => ({ one, text: sortedText(one) }))
      .toSorted((left, right) => (left.text < right.text ? -1 : 1))
      .map(({ one }) => one);
  return Object.fromEntries(Object.entries(names).map(([name, list]) => [name, inOrder(list)]));
}

/** The same text for equal values, whatever the order of their keys. */
function sortedText(value: Plain): string {
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([left], [right]) => (left < right ? -1 : 1)))
      : one,
  );
}
