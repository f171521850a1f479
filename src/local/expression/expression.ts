import type { ASTNode } from '@marcbachmann/cel-js';
import { Environment } from '@marcbachmann/cel-js';
import { LocalServerError, messageOf } from '../errors';
import { call, isFunction } from './functions';
import { binary } from './operators';
import type { Scope, Value } from './values';
import { failure, kindOf, truthy, unknown } from './values';

const parser = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false });
const macros = new Set(['has', 'exists', 'all', 'filter', 'map', 'exists_one']);

interface Context {
  scope: Map<string, Value>;
  /** In waits and cancellations, `event` was written into the expression first: what it lacks is null there. */
  eventIsLiteral: boolean;
}

/** A compiled expression of a trigger, a wait, a cancellation or a key. */
export interface Expression {
  readonly source: string;
  /** Anything but the boolean `true`, also an error, does not match. */
  matches(scope: Scope): boolean;
  /** What it evaluates to: the key of a rate limit. */
  value(scope: Scope): Value;
}

const cache = new Map<string, Expression>();

/**
 * Compiles an expression, once per text.
 * @throws LocalServerError `INVALID_EXPRESSION`
 */
export function compile(source: string): Expression {
  const known = cache.get(source);
  if (known) return known;
  const ast = parse(source);
  checkNames(ast, new Set(['event', 'async', 'vars']));
  const value = (scope: Scope): Value => {
    const variables = new Map<string, Value>([['event', scope.event]]);
    if (scope.async) variables.set('async', scope.async);
    return evaluate(ast, { scope: variables, eventIsLiteral: scope.async !== undefined });
  };
  const compiled: Expression = { source, value, matches: scope => value(scope) === true };
  if (cache.size > 1000) cache.clear();
  cache.set(source, compiled);
  return compiled;
}

/**
 * Reads an expression and forgets it; the names in it are not looked at.
 * @throws LocalServerError `INVALID_EXPRESSION`
 */
export function checkSyntax(source: string): void {
  parse(source);
}

function parse(source: string): ASTNode {
  try {
    return parser.parse(source).ast;
  } catch (error) {
    throw new LocalServerError(
      'INVALID_EXPRESSION',
      `The expression "${source}" is not valid: ${messageOf(error)}.`,
      {
        cause: error,
      },
    );
  }
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** Names that do not exist are an error at registration, not at the first event. */
function checkNames(node: unknown, variables: Set<string>): void {
  if (Array.isArray(node)) return node.forEach(item => checkNames(item, variables));
  if (!isNode(node)) return;
  if (node.op === 'id' && !variables.has(node.args)) throw unknownName(node.args);
  if (node.op !== 'call' && node.op !== 'rcall') return checkNames(node.args, variables);
  const name: string = node.args[0];
  if (!macros.has(name) && !isFunction(name)) throw unknownName(name);
  const list = node.op === 'rcall' ? node.args[2] : node.args[1];
  if (node.op === 'rcall') checkNames(node.args[1], variables);
  const [first] = list;
  if (!macros.has(name) || name === 'has' || first?.op !== 'id') return checkNames(list, variables);
  checkNames(list.slice(1), new Set(variables).add(first.args));
}

function unknownName(name: string): LocalServerError {
  return new LocalServerError('INVALID_EXPRESSION', `An expression uses "${name}", which does not exist.`);
}

function evaluate(node: ASTNode, context: Context): Value {
  switch (node.op) {
    case 'value':
      return literal(node.args);
    case 'id':
      return context.scope.has(node.args) ? (context.scope.get(node.args) as Value) : unknown;
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      return select(node, context);
    case 'call':
      return callFunction(node.args[0], node.args[1], context);
    case 'rcall':
      return callMethod(node.args[0], node.args[1], node.args[2], context);
    case 'list':
      return node.args.map(item => evaluate(item, context));
    case 'map':
      return Object.fromEntries(
        node.args.map(([key, value]) => [keyOf(evaluate(key, context)), evaluate(value, context)]),
      );
    case '?:':
      return evaluate(node.args[truthy(evaluate(node.args[0], context)) ? 1 : 2], context);
    case '&&':
    case '||':
      return logical(node, context);
    case '!_':
    case '-_':
      return unary(node.op, evaluate(node.args, context));
    default:
      return binary(node.op, evaluate(node.args[0], context), evaluate(node.args[1], context));
  }
}

function literal(value: unknown): Value {
  if (value === null || ['string', 'number', 'bigint', 'boolean'].includes(typeof value))
    return value as Value;
  // `9u` is an object that stands for its number.
  const inner = value?.valueOf();
  return typeof inner === 'bigint' || typeof inner === 'number' ? BigInt(inner) : failure;
}

function keyOf(value: Value): string {
  return typeof value === 'object' || typeof value === 'symbol' ? '' : String(value);
}

function unary(operator: '!_' | '-_', value: Value): Value {
  if (operator === '!_') return typeof value === 'boolean' ? !value : value === unknown ? false : failure;
  return typeof value === 'number' || typeof value === 'bigint'
    ? -value
    : value === unknown
      ? false
      : failure;
}

function logical(node: ASTNode & { op: '&&' | '||' }, context: Context): Value {
  const left = evaluate(node.args[0], context);
  if (truthy(left) === (node.op === '||')) return left;
  return evaluate(node.args[1], context);
}

function select(node: ASTNode & { op: '.' | '.?' | '[]' | '[?]' }, context: Context): Value {
  const target = evaluate(node.args[0], context);
  const key = typeof node.args[1] === 'string' ? node.args[1] : evaluate(node.args[1], context);
  if (Array.isArray(target)) return target[Number(key)] ?? failure;
  if (kindOf(target) === 'map') {
    const map = target as { [key: string]: Value };
    if (typeof key === 'string' && Object.hasOwn(map, key)) return map[key] as Value;
  }
  return context.eventIsLiteral && rootOf(node) === 'event' ? null : unknown;
}

function rootOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  return node.op === '.' || node.op === '[]' ? rootOf(node.args[0]) : undefined;
}

function callFunction(name: string, args: ASTNode[], context: Context): Value {
  if (name === 'has') {
    const found = args[0] ? evaluate(args[0], { ...context, eventIsLiteral: false }) : unknown;
    // A negated has() of a missing path is false on the real server, too: the path is unknown, not absent.
    return found === unknown || found === failure ? unknown : true;
  }
  return call(
    name,
    args.map(arg => evaluate(arg, context)),
  );
}

function callMethod(name: string, target: ASTNode, args: ASTNode[], context: Context): Value {
  const subject = evaluate(target, context);
  if (!macros.has(name)) return call(name, [subject, ...args.map(arg => evaluate(arg, context))]);
  const [variable, body] = args;
  if (variable?.op !== 'id' || !body) return failure;
  if (subject === unknown) return unknown;
  const items = Array.isArray(subject)
    ? subject
    : kindOf(subject) === 'map'
      ? Object.keys(subject as object)
      : undefined;
  if (!items) return failure;
  const each = (item: Value): Value =>
    evaluate(body, { ...context, scope: new Map(context.scope).set(variable.args, item) });
  return comprehend(name, items, each);
}

function comprehend(name: string, items: Value[], each: (item: Value) => Value): Value {
  switch (name) {
    case 'exists':
      return items.some(item => each(item) === true);
    case 'exists_one':
      return items.filter(item => each(item) === true).length === 1;
    case 'all':
      return items.every(item => each(item) === true);
    case 'filter':
      return items.filter(item => each(item) === true);
    default:
      return items.map(each);
  }
}
