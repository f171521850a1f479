import { Problem } from '../errors';
import type { Json, JsonObject } from '../json';
import { isObject } from '../json';
import type { Selection } from './parse';

/** A field of the schema: computes its value from the arguments. */
export type Resolver = (args: JsonObject) => Json;
export type Resolvers = Record<string, Resolver>;

/** A field that failed; the others are still answered. */
export class FieldProblem extends Problem {}

export interface GraphqlReply {
  data: JsonObject | null;
  errors?: JsonObject[];
}

/** Picks from a value what the query asked for. */
function project(value: Json, fields: Selection[]): Json {
  if (Array.isArray(value)) return value.map(item => project(item, fields));
  if (!isObject(value) || fields.length === 0) return value;
  const picked: JsonObject = {};
  for (const field of fields) {
    const inner = Object.hasOwn(value, field.name) ? value[field.name] : undefined;
    if (inner !== undefined) picked[field.alias] = project(inner, field.fields);
    else if (field.name === '__typename') picked[field.alias] = 'Object';
    else throw new FieldProblem(`Cannot query field "${field.name}"`);
  }
  return picked;
}

/** Answers a parsed query. */
export function resolve(selections: Selection[], resolvers: Resolvers): GraphqlReply {
  const data: JsonObject = {};
  const errors: JsonObject[] = [];
  for (const selection of selections) {
    const resolver = Object.hasOwn(resolvers, selection.name) ? resolvers[selection.name] : undefined;
    try {
      if (!resolver) throw new FieldProblem(`Cannot query field "${selection.name}"`);
      data[selection.alias] = project(resolver(selection.args), selection.fields);
    } catch (problem) {
      if (!(problem instanceof FieldProblem)) throw problem;
      data[selection.alias] = null;
      errors.push({ message: problem.message, path: [selection.alias] });
    }
  }
  return errors.length > 0 ? { data, errors } : { data };
}
