// `npm run readme`: copies the example's files into the README and the guide.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fillBlocks } from './blocks.js';

const example = path.resolve('examples/increment');
for (const page of ['README.md', 'docs/guide.md']) {
  const text = readFileSync(page, 'utf8');
  writeFileSync(
    page,
    fillBlocks(text, file => readFileSync(path.join(example, file), 'utf8')),
  );
}
