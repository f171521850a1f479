/** `tsx sum.ts <folder>…`: the total over all the `total-….json` in the folders, as the last line; before it, what failed. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { addTotals, formatFailures, formatTotal, noTests, type TestTotal } from './total.js';

const files = process.argv
  .slice(2)
  .flatMap(folder => readdirSync(folder).map(name => path.join(folder, name)))
  .filter(file => /^total-.*\.json$/.test(path.basename(file)));
const totals = files.map(file => JSON.parse(readFileSync(file, 'utf8')) as TestTotal);
const total = totals.reduce(addTotals, noTests);
process.stdout.write(`${formatFailures(total)}${formatTotal(total)}\n`);
