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

const tokenPattern =
  /"""[\s\S]*?"""|"(?:\\.|[^"\\])*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}()[\]:!=@$]|[\s,]+|#[^\n]*/gy;

function tokenize(source: string): string[] {
  const tokens: string[] = [];
  let end = 0;
  tokenPattern.lastIndex = 0;
  for (let match = tokenPattern.exec(source); match; match = tokenPattern.exec(source)) {
    end = tokenPattern.lastIndex;
    if (!/^[\s,#]/.test(match[0])) tokens.push(match[0]);
  }
  if (end !== source.length) throw new SyntaxProblem(`Unexpected character at ${end}`);
  return tokens;
}

class Parser {
  #at = 0;
  readonly #fragments = new Map<string, Selection[]>();
  readonly #defaults: JsonObject = {};

  constructor(
    private readonly tokens: string[],
    private readonly variables: JsonObject,
  ) {}

  document(operationName: string | undefined): Selection[] {
    const operations = new Map<string, number>();
    // Fragments may follow their use, so the first pass only finds where things start.
    while (this.#at < this.tokens.length) {
      const start = this.#at;
      if (this.#peek() === 'fragment') {
        const name = this.tokens[start + 1] ?? '';
        this.#at = start + 4;
        this.#pending.set(name, this.#at);
      } else {
        const name = /^(query|mutation|subscription)$/.test(this.#peek())
          ? (this.tokens[start + 1] ?? '')
          : '';
        operations.set(/^\w+$/.test(name) ? name : '', start);
      }
      this.#skipToBlock();
      this.#skipBlock('{', '}');
    }
    const start = operationName ? operations.get(operationName) : [...operations.values()][0];
    if (start === undefined) throw new SyntaxProblem('No operation found');
    this.#at = start;
    if (this.#peek() !== '{') this.#header();
    return this.#selections();
  }

  readonly #pending = new Map<string, number>();

  #peek(): string {
    return this.tokens[this.#at] ?? '';
  }

  #take(expected?: string): string {
    const token = this.tokens[this.#at++];
    if (token === undefined) throw new SyntaxProblem('Unexpected end of the query');
    if (expected !== undefined && token !== expected)
      throw new SyntaxProblem(`Expected ${expected}, got ${token}`);
    return token;
  }

  #skipToBlock(): void {
    while (this.#peek() !== '{') {
      if (this.#peek() === '(') this.#skipBlock('(', ')');
      else this.#take();
    }
  }

  #skipBlock(open: string, close: string): void {
    let depth = 0;
    do {
      const token = this.#take();
      if (token === open) depth += 1;
      if (token === close) depth -= 1;
    } while (depth > 0);
  }

  #header(): void {
    this.#take();
    if (this.#peek() !== '(' && this.#peek() !== '{') this.#take();
    if (this.#peek() !== '(') return this.#skipToBlock();
    this.#take('(');
    while (this.#peek() !== ')') {
      this.#take('$');
      const name = this.#take();
      this.#take(':');
      while (/^[\w[\]!]+$/.test(this.#peek())) this.#take();
      if (this.#peek() === '=') {
        this.#take('=');
        this.#defaults[name] = this.#value();
      }
    }
    this.#take(')');
    this.#skipToBlock();
  }

  #selections(): Selection[] {
    this.#take('{');
    const selections: Selection[] = [];
    while (this.#peek() !== '}') {
      if (this.#peek() === '...') selections.push(...this.#spread());
      else selections.push(this.#field());
    }
    this.#take('}');
    return selections;
  }

  #spread(): Selection[] {
    this.#take('...');
    if (this.#peek() === 'on') this.#at += 2;
    if (this.#peek() === '{') return this.#selections();
    const name = this.#take();
    const known = this.#fragments.get(name);
    if (known) return known;
    const start = this.#pending.get(name);
    if (start === undefined) throw new SyntaxProblem(`Unknown fragment ${name}`);
    this.#pending.delete(name);
    const back = this.#at;
    this.#at = start;
    const selections = this.#selections();
    this.#at = back;
    this.#fragments.set(name, selections);
    return selections;
  }

  #field(): Selection {
    let name = this.#take();
    if (!/^\w+$/.test(name)) throw new SyntaxProblem(`Expected a field, got ${name}`);
    const alias = name;
    if (this.#peek() === ':') {
      this.#take(':');
      name = this.#take();
    }
    const args: JsonObject = {};
    if (this.#peek() === '(') {
      this.#take('(');
      while (this.#peek() !== ')') {
        const key = this.#take();
        this.#take(':');
        args[key] = this.#value();
      }
      this.#take(')');
    }
    return { name, alias, args, fields: this.#peek() === '{' ? this.#selections() : [] };
  }

  #value(): Json {
    const token = this.#take();
    if (token === '$') {
      const name = this.#take();
      return this.variables[name] ?? this.#defaults[name] ?? null;
    }
    if (token === '[') return this.#list();
    if (token === '{') return this.#object();
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (token.startsWith('"""')) return token.slice(3, -3).trim();
    if (token.startsWith('"')) return JSON.parse(token) as string;
    return /^-?\d/.test(token) ? Number(token) : token;
  }

  #list(): Json[] {
    const items: Json[] = [];
    while (this.#peek() !== ']') items.push(this.#value());
    this.#take(']');
    return items;
  }

  #object(): JsonObject {
    const object: JsonObject = {};
    while (this.#peek() !== '}') {
      const key = this.#take();
      this.#take(':');
      object[key] = this.#value();
    }
    this.#take('}');
    return object;
  }
}

/**
 * Reads a query: operations, fields, aliases, arguments, variables and fragments; directives are not known.
 * @throws SyntaxProblem
 */
export function parseQuery(source: string, variables: JsonObject, operationName?: string): Selection[] {
  return new Parser(tokenize(source), variables).document(operationName);
}
