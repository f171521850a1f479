// `npm run readme`: copies the example's files into the README.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fillBlocks } from './blocks.js';

const example = path.resolve('examples/increment');
const readme = readFileSync('README.md', 'utf8');
writeFileSync(
  'README.md',
  fillBlocks(readme, file => readFileSync(path.join(example, file), 'utf8')),
);
