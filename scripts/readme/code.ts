// `npm run types` runs it: writes the TypeScript of the docs below .tmp/docs, where the compiler checks it.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { piecesOf } from './pieces.js';

const folder = '.tmp/docs';
const prelude = 'scripts/readme/prelude.ts';
const given = [...readFileSync(prelude, 'utf8').matchAll(/^export declare const (\w+)/gm)].map(
  ([, name = '']) => name,
);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const page of ['README.md', ...globSync('docs/**/*.md')]) {
  for (const { line, code } of piecesOf(readFileSync(page, 'utf8'), given, '../../scripts/readme/prelude')) {
    writeFileSync(path.join(folder, `${page.replaceAll(/\W/g, '-')}-line-${line}.ts`), code);
  }
}
