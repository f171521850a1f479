/**
 * Reads an expression in CEL as Inngest's server does (cel-go's grammar, without messages, which it does not know). Only whether
 * and what: nothing is evaluated here.
 */
import { CelProblem, type CelToken, celTokens } from './cel-tokens';

/** An expression as a tree. */
export type CelNode =
  | { kind: 'literal'; text?: string }
  | { kind: 'name'; name: string }
  /** `of.key` or `of["key"]`; without a key where it is computed: `of[index]`. */
  | { kind: 'select'; of: CelNode; key?: string; index?: CelNode }
  /** `name(args)` or, with a receiver, `of.name(args)`. */
  | { kind: 'call'; name: string; of?: CelNode; args: CelNode[] }
  | { kind: 'operator'; operator: string; args: CelNode[] }
  | { kind: 'collection'; args: CelNode[] };

/** Binary operators, those that bind weakest first. */
const LEVELS = [['||'], ['&&'], ['<', '<=', '>=', '>', '==', '!=', 'in'], ['+', '-'], ['*', '/', '%']];
const LITERALS = ['true', 'false', 'null'];
const PLAIN_TEXT = /^(["'])([^"'\\]*)\1$/;

/** @throws CelProblem where it can't be read */
export function readCel(source: string): CelNode {
  return new Reader(celTokens(source)).whole();
}

class Reader {
  private position = 0;

  constructor(private readonly tokens: CelToken[]) {}

  whole(): CelNode {
    const node = this.expression();
    if (this.next().kind !== 'end') throw this.unexpected();
    return node;
  }

  private expression(): CelNode {
    const condition = this.binary(0);
    if (!this.skip('?')) return condition;
    const yes = this.binary(0);
    this.need(':');
    return { kind: 'operator', operator: '?', args: [condition, yes, this.expression()] };
  }

  private binary(level: number): CelNode {
    const operators = LEVELS[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let operator = this.one(operators); operator; operator = this.one(operators)) {
      left = { kind: 'operator', operator, args: [left, this.binary(level + 1)] };
    }
    return left;
  }

  private unary(): CelNode {
    const operator = this.next().text;
    if ((operator !== '!' && operator !== '-') || this.isNegative()) return this.member();
    let count = 0;
    while (this.skip(operator)) count++;
    const operand = this.member();
    // As the server has it, two of them are none.
    return count % 2 === 0 ? operand : { kind: 'operator', operator, args: [operand] };
  }

  private member(): CelNode {
    let node = this.primary();
    for (;;) {
      if (this.skip('.')) node = this.selected(node);
      else if (this.skip('[')) node = this.indexed(node);
      else return node;
    }
  }

  private selected(of: CelNode): CelNode {
    const { kind, text } = this.next();
    if (kind !== 'name' || text === 'in' || LITERALS.includes(text)) throw this.unexpected();
    this.position++;
    return this.skip('(')
      ? { kind: 'call', name: text, of, args: this.list(')') }
      : { kind: 'select', of, key: text };
  }

  private indexed(of: CelNode): CelNode {
    const index = this.expression();
    this.need(']');
    return { kind: 'select', of, index, key: index.kind === 'literal' ? index.text : undefined };
  }

  private primary(): CelNode {
    if (this.skip('(')) {
      const inner = this.expression();
      this.need(')');
      return inner;
    }
    if (this.skip('[')) return { kind: 'collection', args: this.list(']', 'literal') };
    if (this.skip('{')) return { kind: 'collection', args: this.list('}', 'map') };
    if (this.isNegative()) this.position++;
    const { kind, text } = this.next();
    if (kind === 'number' || kind === 'text') {
      this.position++;
      return { kind: 'literal', text: PLAIN_TEXT.exec(text)?.[2] };
    }
    this.skip('.');
    const name = this.next();
    if (name.kind !== 'name' || name.text === 'in') throw this.unexpected();
    this.position++;
    if (LITERALS.includes(name.text)) return { kind: 'literal' };
    return this.skip('(')
      ? { kind: 'call', name: name.text, args: this.list(')') }
      : { kind: 'name', name: name.text };
  }

  /** Up to the closing bracket. In the literal of a list or a map a comma may stand at the end. */
  private list(close: string, of: 'arguments' | 'literal' | 'map' = 'arguments'): CelNode[] {
    const items: CelNode[] = [];
    while (!this.skip(close)) {
      if (items.length > 0) {
        this.need(',');
        if (of !== 'arguments' && this.skip(close)) return items;
      }
      items.push(this.expression());
      if (of !== 'map') continue;
      this.need(':');
      items.push(this.expression());
    }
    return items;
  }

  /** A number's own sign, which is no operator. */
  private isNegative(): boolean {
    return this.next().text === '-' && this.tokens[this.position + 1]?.kind === 'number';
  }

  private next(): CelToken {
    return this.tokens[this.position] ?? { kind: 'end', text: '', at: 0 };
  }

  private one(texts: readonly string[]): string | undefined {
    const { kind, text } = this.next();
    if ((kind !== 'sign' && text !== 'in') || !texts.includes(text)) return undefined;
    this.position++;
    return text;
  }

  private skip(text: string): boolean {
    return this.one([text]) !== undefined;
  }

  private need(text: string): void {
    if (!this.skip(text)) throw this.unexpected(`, where ${text} belongs`);
  }

  private unexpected(more = ''): CelProblem {
    const { kind, text, at } = this.next();
    if (kind === 'end') return new CelProblem(`it ends too early${more}`);
    return new CelProblem(`there is an unexpected ${text} at character ${at + 1}${more}`);
  }
}
