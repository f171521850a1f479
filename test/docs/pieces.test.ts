import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../scripts/readme/pieces';

const pieces = (...lines: string[]) => piecesOf(lines.join('\n'), ['run', 'serve'], 'prelude');

describe('the code of a page', () => {
  it('is checked block by block, with what it takes for granted', () => {
    expect(pieces('a', '', '```ts', 'await run.start();', '```', '```sh', 'run', '```')).toEqual([
      { line: 3, code: "import { run } from 'prelude';\n\nawait run.start();\n\nexport {};\n" },
    ]);
  });

  it('keeps names that it declares, and words in texts', () => {
    const [piece] = pieces('```ts', "const run = 'serve';", '```');
    expect(piece?.code).toContain("import {  } from 'prelude';");
  });

  it('is checked one alternative after the other, each with the imports above', () => {
    const codes = pieces(
      '```ts',
      "import { serve } from 'x';",
      '',
      '// A',
      'serve(1);',
      '',
      '// B',
      'serve(2);',
      '```',
    );
    expect(codes.map(({ code }) => code.match(/import .*'x'|\/\/ .|serve\(.\)/g))).toEqual([
      ["import { serve } from 'x'", '// A', 'serve(1)'],
      ["import { serve } from 'x'", '// B', 'serve(2)'],
    ]);
  });

  it('is not checked where it is a file of the example, which is compiled', () => {
    expect(pieces('<!-- file: a.ts -->', '', '```ts', 'run();', '```')).toEqual([]);
  });
});
