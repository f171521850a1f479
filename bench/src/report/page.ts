/** The part of docs/bench.md between its marks. */
import type { Results } from '../results';
import { figureTable } from './full';
import { NOT_MEASURED, contenders, leftOut, surroundings } from './words';

const START = '<!-- bench: written by npm run bench -->';
const END = '<!-- /bench -->';

/** `measured`: the newest results of each server that there are any of. */
export function withBench(page: string, measured: readonly Results[]): string {
  return withSection(page, { start: START, end: END }, section(measured));
}

/** The lines between which a part of docs/bench.md stands. */
export interface Marks {
  start: string;
  end: string;
}

export function withSection(page: string, { start, end }: Marks, content: string): string {
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/bench.md has no marks ${start} and ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${content}\n\n${page.slice(to)}`;
}

function section(measured: readonly Results[]): string {
  return [
    contenders,
    ...measured.flatMap(serverSection),
    '## Not measured',
    [...NOT_MEASURED, ...measured.flatMap(leftOut)].map(line => `- ${line}`).join('\n'),
  ].join('\n\n');
}

function serverSection(results: Results): string[] {
  const { server } = results;
  const file = `bench/results/${server}`;
  return [
    server === 'real' ? '## On a real Inngest dev server' : "## On this package's local server",
    surroundings(results),
    figureTable(results),
    server === 'local' ? WHY_LOCAL_TIMES : WHY_REAL_TIMES,
    `![Time of a run, relative to a hand-written Inngest function](../${file}.svg)`,
    `Every scenario, SDK v3, memory, import and type-check times: [${file}.md](../${file}.md).`,
  ];
}

const WHY_REAL_TIMES =
  'Times are compared by their means, without a tenth at each end; in brackets, where a figure lies in 95 of 100 draws from the ' +
  'same samples. This server takes work from its queue in pauses of about 150 ms, and each run starts at a random moment of one ' +
  '([how times are compared](../bench/README.md#how-times-are-compared)). Without checkpointing an op is a hop of such a pause: a branch ' +
  'takes one more for the op of its conditions, and from the last step to the result it is the op of the end. With ' +
  'checkpointing, what this package takes over a hand-written function is what its events cost: compare with *publishing*. The ' +
  'less the steps do and the more of them run at once, the more that shows; 100 empty steps in one request and 200 runs at once, ' +
  'in the full tables, are the worst cases ([events](events.md)).';

const WHY_LOCAL_TIMES =
  'The local server answers at once, so a step by hand takes little more than the making of its one request, and the three ' +
  'requests of its events show: Inngest takes one message per request ' +
  '([events](events.md)). *Publishing* is what they cost a function that waits for each. A hop ' +
  'here is a few milliseconds, and a nested workflow is two functions, each with the events of its run.';
