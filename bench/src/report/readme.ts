/** The part of the README between its marks. */
import type { Results } from '../results';
import { figureTable } from './full';
import { NOT_MEASURED, surroundings } from './words';

const START = '<!-- bench: written by npm run bench -->';
const END = '<!-- /bench -->';

export function withBench(readme: string, results: Results): string {
  const from = readme.indexOf(START);
  const to = readme.indexOf(END);
  if (from < 0 || to < from) throw new Error('The README has no marks for the results of the bench');
  return `${readme.slice(0, from + START.length)}\n\n${section(results)}\n\n${readme.slice(to)}`;
}

function section(results: Results): string {
  return [
    surroundings(results),
    figureTable(results),
    '![Time of a run, relative to a hand-written Inngest function](bench/results/local.svg)',
    'Every scenario, SDK v3, memory, import and type-check times: [bench/results/local.md](bench/results/local.md).',
    'Not measured:',
    NOT_MEASURED.map(line => `- ${line}`).join('\n'),
  ].join('\n\n');
}
