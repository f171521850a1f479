/** The TypeScript of a page, as modules that the compiler can check. */

/** A piece of code, and the line of the page that its block begins at. */
export interface Piece {
  line: number;
  code: string;
}

/** A block that is a file of the example is compiled with the example. */
const BLOCK = /(?<shown><!-- file: \S+ -->\n+)?^ *```ts\n(?<code>[\s\S]*?)^ *```/gm;

/**
 * The pieces of a page. Paragraphs of a block that begin with a comment are alternatives, such as one framework or another: each
 * is a piece by itself, with the imports that the block begins with.
 * @param given names that code may take for granted; a piece imports from `prelude` what it uses of them and has not got
 */
export function piecesOf(markdown: string, given: readonly string[], prelude: string): Piece[] {
  return [...markdown.matchAll(BLOCK)].flatMap(({ index, groups }) => {
    if (groups?.['shown']) return [];
    const [first = '', ...others] = (groups?.['code'] ?? '').split(/\n\n(?=\/\/ )/);
    const imports = first.match(/^import .*$/gm)?.join('\n') ?? '';
    return [first.replaceAll(/^import .*\n*/gm, ''), ...others]
      .filter(code => code.trim() !== '')
      .map((code, place) => {
        const own = `${imports}\n${code}`;
        const missing = given.filter(name => uses(code, name) && !declares(own, name));
        const line = markdown.slice(0, index).split('\n').length + place;
        return { line, code: `import { ${missing.join(', ')} } from '${prelude}';\n${own}\nexport {};\n` };
      });
  });
}

const uses = (code: string, name: string) => new RegExp(`(?<![.\\w'/-])${name}\\b(?!['-]|: )`).test(code);

const declares = (code: string, name: string) =>
  new RegExp(`(const|let|function|class) (\\{[^}]*\\b)?${name}\\b|import \\{[^}]*\\b${name}\\b`).test(code);
