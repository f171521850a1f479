/** Expressions of Inngest's options that look for something which no event that starts a run has. */
import { isRecord } from '../wire/json';
import { START_DATA_KEYS } from '../wire/start-event';
import { type CelNode, readCel } from './cel';
import { celProblem } from './cel-problem';

/** An option, and a path in its expression that is never there. */
export interface UnknownPath {
  option: string;
  path: string;
  /** What the workflow's author may have meant. */
  hint: string;
}

const EVENT_KEYS = ['id', 'name', 'data', 'ts', 'user', 'v'];

/**
 * What the keys and conditions of a workflow's options look for in vain. Inngest takes no notice: such a key is the same for
 * all runs, so that a limit per user is one for all users together. No error, since somebody may send events of their own.
 */
export function unknownPaths(functionOptions: Record<string, unknown>): UnknownPath[] {
  return expressions(functionOptions).flatMap(({ option, source }) =>
    pathsIn(source).flatMap(keys => {
      const hint = hintFor(keys, option.startsWith('cancelOn'));
      return hint ? [{ option, path: keys.join('.'), hint }] : [];
    }),
  );
}

/** The expressions in options that have passed their checks. */
function expressions(options: Record<string, unknown>): { option: string; source: string }[] {
  const { idempotency, concurrency, cancelOn, priority } = options;
  const entries = (name: string, value: unknown): [string, unknown][] =>
    Array.isArray(value) ? value.map((entry, index) => [`${name}[${index}]`, entry]) : [[name, value]];
  const keyed = ['rateLimit', 'throttle', 'debounce', 'singleton'].map(
    name => [name, options[name]] as const,
  );
  const found = [
    ['idempotency', idempotency],
    ...[...keyed, ...entries('concurrency', concurrency)].map(([name, value]) => [
      `${name}.key`,
      isRecord(value) ? value.key : undefined,
    ]),
    ['priority.run', isRecord(priority) ? priority.run : undefined],
    ...entries('cancelOn', cancelOn).map(([name, value]) => [
      `${name}.if`,
      isRecord(value) ? value.if : undefined,
    ]),
  ];
  return found.flatMap(([option, source]) =>
    typeof option === 'string' && typeof source === 'string' ? [{ option, source }] : [],
  );
}

function pathsIn(source: string): string[][] {
  // What was not checked when it was created (by another version of this package) is not looked at here either.
  return celProblem(source, 'key') === undefined ? pathsOf(readCel(source)) : [];
}

/** All paths from a variable on, as far as their parts are written out: `["event", "data", "userId"]`. */
function pathsOf(node: CelNode): string[][] {
  const path = pathOf(node);
  if (path) return [path];
  switch (node.kind) {
    case 'select':
      return [...pathsOf(node.of), ...(node.index ? pathsOf(node.index) : [])];
    case 'call':
      return [...(node.of ? pathsOf(node.of) : []), ...node.args.flatMap(pathsOf)];
    case 'operator':
    case 'collection':
      return node.args.flatMap(pathsOf);
    default:
      return [];
  }
}

function pathOf(node: CelNode): string[] | undefined {
  if (node.kind === 'name') return [node.name];
  if (node.kind !== 'select' || node.key === undefined) return undefined;
  const start = pathOf(node.of);
  return start && [...start, node.key];
}

function hintFor([root, key, field]: string[], inCancelOn: boolean): string | undefined {
  if (root === 'async' && !inCancelOn) return 'only a condition of cancelOn knows a second event';
  if (root !== 'event' || key === undefined) return undefined;
  if (!EVENT_KEYS.includes(key)) return `an event has ${EVENT_KEYS.join(', ')}`;
  if (key !== 'data' || field === undefined || START_DATA_KEYS.includes(field)) return undefined;
  return `start() puts the input below event.data.inputData: use inputKey(${JSON.stringify(field)})`;
}
