/** The words of an expression in CEL, the language of Inngest's keys and conditions (cel-go's grammar). */

/** A word of an expression, and where it begins. */
export interface CelToken {
  kind: 'text' | 'number' | 'name' | 'sign' | 'end';
  text: string;
  at: number;
}

/** What makes an expression unreadable. */
export class CelProblem extends Error {}

const escape = String.raw`\\(?:[abfnrtv"'\\?\x60]|[0-3][0-7]{2}|[xX][\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})`;
const texts = [
  String.raw`[bB]?[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\n\r]*"|'[^'\n\r]*')`,
  String.raw`[bB]?(?:"""(?:${escape}|[^\\])*?"""|'''(?:${escape}|[^\\])*?''')`,
  String.raw`[bB]?(?:"(?:${escape}|[^\\"\n\r])*"|'(?:${escape}|[^\\'\n\r])*')`,
];
const exponent = String.raw`[eE][+-]?\d+`;
const KINDS: [CelToken['kind'] | undefined, string][] = [
  [undefined, String.raw`[\t \r\n\f]+|//[^\n]*`],
  ['text', texts.join('|')],
  [
    'number',
    String.raw`\d+\.\d+(?:${exponent})?|\d+${exponent}|\.\d+(?:${exponent})?|0x[\da-fA-F]+[uU]?|\d+[uU]?`,
  ],
  ['name', String.raw`[A-Za-z_]\w*`],
  ['sign', String.raw`==|!=|<=|>=|&&|\|\||[-<>+*/%!?:.,()[\]{}]`],
];
const TOKEN = new RegExp(KINDS.map(([, pattern]) => `(${pattern})`).join('|'), 'y');

/** @throws CelProblem for a character that begins no word, such as an `=` alone, or a quote that is never closed */
export function celTokens(source: string): CelToken[] {
  const tokens: CelToken[] = [];
  let at = 0;
  while (at < source.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (!match) throw unreadable(source, at);
    const [text, ...groups] = match;
    const kind = KINDS[groups.findIndex(group => group !== undefined)]?.[0];
    if (kind) tokens.push({ kind, text, at });
    at += text.length;
  }
  return [...tokens, { kind: 'end', text: '', at }];
}

function unreadable(source: string, at: number): CelProblem {
  const character = source.charAt(at);
  const isQuote = character === '"' || character === "'";
  return new CelProblem(
    isQuote
      ? `the text that begins at character ${at + 1} has no end, or an unknown escape`
      : `there is an unexpected ${character} at character ${at + 1}`,
  );
}
