import type { DocumentNode, FieldNode, SelectionSetNode, ValueNode } from 'graphql';
import { GraphQLError, Kind, parse, valueFromASTUntyped } from 'graphql';
import { Problem } from '../errors';
import type { Json, JsonObject } from '../json';

/** A field of a query with its arguments resolved. */
export interface Selection {
  name: string;
  alias: string;
  args: JsonObject;
  fields: Selection[];
}

/** The query is not GraphQL as far as this server understands it. */
export class SyntaxProblem extends Problem {}

/** More than a query needs, and so few that none can nest deeper than the stack is. */
const mostTokens = 2000;

interface Scope {
  fragments: Map<string, SelectionSetNode>;
  variables: JsonObject;
}

/**
 * Reads a query: operations, fields, aliases, arguments, variables and fragments; directives are not known.
 * @throws SyntaxProblem
 */
export function parseQuery(source: string, given: JsonObject, operationName?: string): Selection[] {
  const { definitions } = documentOf(source);
  const operations = definitions.filter(node => node.kind === Kind.OPERATION_DEFINITION);
  const operation = operationName
    ? operations.find(({ name }) => name?.value === operationName)
    : operations[0];
  if (!operation) throw new SyntaxProblem('No operation found');
  const fragments = definitions.filter(node => node.kind === Kind.FRAGMENT_DEFINITION);
  const variables = { ...given };
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    variables[variable.name.value] ??= defaultValue ? valueOf(defaultValue) : null;
  }
  return selectionsOf(operation.selectionSet, {
    fragments: new Map(fragments.map(({ name, selectionSet }) => [name.value, selectionSet])),
    variables,
  });
}

function documentOf(source: string): DocumentNode {
  try {
    return parse(source, { noLocation: true, maxTokens: mostTokens });
  } catch (error) {
    if (error instanceof GraphQLError) throw new SyntaxProblem(error.message);
    throw error;
  }
}

function selectionsOf({ selections }: SelectionSetNode, scope: Scope): Selection[] {
  return selections.flatMap(node => {
    if (node.directives?.length) throw new SyntaxProblem('Directives are not known');
    if (node.kind === Kind.FIELD) return fieldOf(node, scope);
    if (node.kind === Kind.INLINE_FRAGMENT) return selectionsOf(node.selectionSet, scope);
    return fragmentOf(node.name.value, scope);
  });
}

function fragmentOf(name: string, { fragments, variables }: Scope): Selection[] {
  const fragment = fragments.get(name);
  if (!fragment) throw new SyntaxProblem(`Unknown fragment ${name}`);
  // Inside itself it is unknown: it would never end.
  const others = new Map(fragments);
  others.delete(name);
  return selectionsOf(fragment, { fragments: others, variables });
}

function fieldOf({ name, alias, arguments: args = [], selectionSet }: FieldNode, scope: Scope): Selection {
  return {
    name: name.value,
    alias: (alias ?? name).value,
    args: Object.fromEntries(args.map(arg => [arg.name.value, valueOf(arg.value, scope.variables)])),
    fields: selectionSet ? selectionsOf(selectionSet, scope) : [],
  };
}

function valueOf(node: ValueNode, variables?: JsonObject): Json {
  return (valueFromASTUntyped(node, variables) as Json | undefined) ?? null;
}
