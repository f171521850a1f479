/** What Inngest would refuse of an expression (its server's pkg/expressions), besides what can't be read. */
import { type CelNode, readCel } from './cel';
import { CelProblem } from './cel-tokens';
import { nearest } from '../../wire/nearest';

type Arities = ReadonlyMap<string, number[]>;

const arities = (counts: Record<string, number[]>): Arities => new Map(Object.entries(counts));
const each = (names: string, counts: number[]): Record<string, number[]> =>
  Object.fromEntries(names.split(' ').map(name => [name, counts]));
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const ROOTS = words('event async vars');
const TYPES = words('bool bytes double int list map null_type string type uint');
/** Functions by their numbers of arguments. */
const FUNCTIONS = arities({
  now: [0],
  matches: [2],
  ...each('size bool bytes double duration dyn int string timestamp type uint', [1]),
  ...each('lowercase uppercase b64decode json_parse date now_plus now_minus', [1]),
});
const METHODS = arities({
  size: [0],
  ...each('contains endsWith startsWith matches', [1]),
  ...each('getFullYear getMonth getDayOfYear getDayOfMonth getDate getDayOfWeek', [0, 1]),
  ...each('getHours getMinutes getSeconds getMilliseconds', [0, 1]),
});
/** Macros over the items of a list or map, and how many arguments they take. */
const MACROS = arities({ ...each('all exists exists_one existsOne filter', [2]), map: [2, 3] });
/** What a condition of `cancelOn` may call and calculate. */
const CONDITION_FUNCTIONS = words('int uint double');
const ARITHMETIC = words('+ - * / %');

/** Where an expression stands: Inngest allows less in a condition of `cancelOn`. */
export type CelUse = 'key' | 'condition';

/** What is wrong with an expression, as the end of a sentence; undefined where it is right. */
export function celProblem(source: string, use: CelUse): string | undefined {
  try {
    return nodeProblem(readCel(source), use, ROOTS);
  } catch (error) {
    if (error instanceof CelProblem) return error.message;
    throw error;
  }
}

function nodeProblem(node: CelNode, use: CelUse, known: ReadonlySet<string>): string | undefined {
  switch (node.kind) {
    case 'literal':
      return undefined;
    case 'name':
      return known.has(node.name) || TYPES.has(node.name) ? undefined : unknownName(node.name, known);
    case 'select':
      return first([node.of, ...(node.index ? [node.index] : [])], use, known);
    case 'operator':
      return use === 'condition' && ARITHMETIC.has(node.operator)
        ? `Inngest does not calculate in such a condition, and it has ${node.operator}`
        : first(node.args, use, known);
    case 'call':
      return callProblem(node, use, known);
    case 'collection':
      return first(node.args, use, known);
  }
}

function first(nodes: readonly CelNode[], use: CelUse, known: ReadonlySet<string>): string | undefined {
  for (const node of nodes) {
    const problem = nodeProblem(node, use, known);
    if (problem) return problem;
  }
  return undefined;
}

type Call = Extract<CelNode, { kind: 'call' }>;

function callProblem(call: Call, use: CelUse, known: ReadonlySet<string>): string | undefined {
  const { name, of, args } = call;
  if (use === 'condition' && (of !== undefined || !CONDITION_FUNCTIONS.has(name))) {
    return `Inngest calls no function in such a condition, and it has ${name}()`;
  }
  if (of === undefined && name === 'has') {
    const isPath = args.length === 1 && args[0]?.kind === 'select';
    return isPath
      ? first(args, use, known)
      : 'has() takes one path, such as has(event.data.inputData.userId)';
  }
  const counts = of === undefined ? undefined : MACROS.get(name);
  if (of !== undefined && counts) {
    const [variable, ...rest] = args;
    if (variable?.kind !== 'name' || !counts.includes(args.length)) {
      return `${name}() takes a name for the item and an expression, such as ${name}(item, item != null)`;
    }
    return first([of], use, known) ?? first(rest, use, new Set(known).add(variable.name));
  }
  const all = of === undefined ? FUNCTIONS : METHODS;
  const takes = all.get(name);
  if (!takes) return unknownCall(call);
  if (!takes.includes(args.length)) {
    return `${name}() takes ${takes.join(' or ')} argument${takes.join() === '1' ? '' : 's'}, not ${args.length}`;
  }
  return first(of === undefined ? args : [of, ...args], use, known);
}

function unknownName(name: string, known: ReadonlySet<string>): string {
  const meant = nearest(name, known);
  const hint = meant ? `did you mean ${meant}?` : 'it begins with event, such as event.data.inputData.userId';
  return `there is no ${name} (${hint})`;
}

function unknownCall({ name, of }: Call): string {
  const meant = nearest(name, [
    ...(of === undefined ? FUNCTIONS : METHODS).keys(),
    ...(of ? MACROS.keys() : []),
  ]);
  const other = of === undefined ? METHODS.has(name) || MACROS.has(name) : FUNCTIONS.has(name);
  const instead = of === undefined ? `write x.${name}(…)` : `write ${name}(…)`;
  const hint = other
    ? instead
    : meant
      ? `did you mean ${meant}()?`
      : 'Inngest knows no other functions than CEL’s';
  return `there is no ${of === undefined ? 'function' : 'method'} ${name}() (${hint})`;
}
