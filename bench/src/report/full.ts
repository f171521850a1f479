/** Everything that was measured, as one Markdown file. */
import type { Counted } from '../counts';
import { ENTRANTS, type Entrant, MODE_TITLES, entrantName, isHandWritten, isMeasured } from '../matrix';
import { type Results, countsOf, ratioToRaw, samplesOf } from '../results';
import { type Scenario, SCENARIOS } from '../scenarios';
import { median, p95, trimmedMean } from '../stats';
import { figures } from './figures';
import { kilobytes, ms, table } from './markdown';
import { NOT_MEASURED, contenders, leftOut, surroundings } from './words';

export function fullReport(results: Results): string {
  const scenarios = SCENARIOS.filter(({ id }) =>
    Object.values(results.timings).some(timed => timed[id] !== undefined),
  );
  return [
    `# Bench results: ${results.server} Inngest server`,
    surroundings(results),
    contenders,
    '## Figures to reach',
    figureTable(results),
    '## What a run costs',
    'Counted once, with a proxy between the server and the app. Bytes are those of the execution requests, and of the ' +
      "app's answers and checkpoint calls. “200 runs” is the sum of all 200.",
    ...scenarios.flatMap(scenario => [`### ${scenario.title}`, countTable(results, scenario)]),
    '## How long a run takes',
    'Milliseconds, medians where nothing else is said. *Setup*: from calling `start()` to sending the event. *Time*: from sending it to the end of the last ' +
      "step's body; its mean leaves out a tenth at each end, and is what *raw* is compared by. *After*: from there to the result of `await start()`. *CPU*: of the app's process, caller included.",
    ...scenarios.flatMap(scenario => [`### ${scenario.title}`, timeTable(results, scenario)]),
    '## Memory, imports, types',
    memoryTable(results),
    entryTable(results),
    typeTable(results),
    '## Not measured',
    [...[...NOT_MEASURED, ...leftOut(results)].map(line => `- ${line}`), ...missing(results)].join('\n'),
    '',
  ].join('\n\n');
}

export function figureTable(results: Results): string {
  const sign = (limit: string | undefined, reached: boolean | undefined) =>
    limit === undefined ? '–' : reached === undefined ? 'not measured' : reached ? 'yes' : 'no';
  return table(
    ['', 'raw', 'publishing', 'ours', 'peer', 'to reach', 'reached'],
    figures(results).map(({ title, limit, reached, values: { raw, publishing, ours, peer } }) => [
      title,
      raw,
      publishing,
      ours,
      peer,
      limit ?? '–',
      sign(limit, reached),
    ]),
  );
}

function entrantsFor(scenario: Scenario): Entrant[] {
  return ENTRANTS.filter(entrant => isMeasured(entrant, scenario));
}

function entrantTitle({ contender, mode }: Entrant): string {
  return `${contender}, ${MODE_TITLES[mode]}`;
}

function countTable(results: Results, scenario: Scenario): string {
  const { id } = scenario;
  const head = ['', 'ops', 'requests', 'kB to app', 'kB from app', 'publishes', 'writes', 'kB written'];
  const rows = entrantsFor(scenario).map(entrant => {
    const counts = countsOf(results, entrant.contender, entrant.mode, id);
    if (!counts) return [entrantTitle(entrant), ...Array<string>(7).fill('–')];
    const { ops, requests, bytesToApp, bytesFromApp, publishes, writes, writtenBytes } = counts;
    const whole = [ops, requests].map(String);
    const sent = [kilobytes(bytesToApp), kilobytes(bytesFromApp), String(publishes)];
    return [entrantTitle(entrant), ...whole, ...sent, String(writes ?? '–'), kilobytes(writtenBytes)];
  });
  return table(head, rows);
}

function timeTable(results: Results, scenario: Scenario): string {
  const { id } = scenario;
  const head = [
    '',
    'runs',
    'setup',
    'time',
    'p95',
    'mean',
    '/ raw',
    'after',
    'after p95',
    'CPU',
    'early results',
  ];
  const rows = entrantsFor(scenario).map(entrant => {
    const { contender, mode } = entrant;
    const of = (field: 'setup' | 'time' | 'after' | 'cpu' | 'early') =>
      samplesOf(results, contender, mode, id, field);
    const time = of('time');
    if (time.length === 0) return [entrantTitle(entrant), ...Array<string>(10).fill('–')];
    const early = of('early').reduce((sum, count) => sum + count, 0);
    return [
      entrantTitle(entrant),
      String(time.length),
      ms(median(of('setup'))),
      ms(median(time)),
      ms(p95(time)),
      ms(trimmedMean(time)),
      ratioToRaw(results, contender, mode, id)?.toFixed(2) ?? '–',
      ms(median(of('after'))),
      ms(p95(of('after'))),
      ms(median(of('cpu'))),
      isHandWritten(contender) ? '–' : String(early),
    ];
  });
  return table(head, rows);
}

function memoryTable({ peakRss }: Results): string {
  const rows = ENTRANTS.filter(entrant => peakRss[entrantName(entrant)]).map(entrant => [
    entrantTitle(entrant),
    ((peakRss[entrantName(entrant)] ?? 0) / 1e6).toFixed(0),
  ]);
  return table(['peak memory over all scenarios', 'MB'], rows);
}

function entryTable({ entries }: Results): string {
  const rows = entries.map(({ entry, importMs, afterCoreMs }) => [
    `\`${entry}\``,
    ms(importMs),
    ms(afterCoreMs),
  ]);
  return table(['import', 'ms', 'ms after core'], rows);
}

function typeTable({ types }: Results): string {
  const rows = types.map(({ name, checkMs, instantiations }) => [name, ms(checkMs), String(instantiations)]);
  return table(['types of a workflow of 50 steps', 'ms to check', 'instantiations'], rows);
}

/** What a contender could not do, in its own words. */
function missing(results: Results): string[] {
  const reasons = new Map<string, string[]>();
  for (const entrant of ENTRANTS) {
    const name = entrantName(entrant);
    for (const { id } of SCENARIOS) {
      const counted: Counted | undefined = results.counts[name]?.[id];
      const timed = results.timings[name]?.[id]?.missing;
      const reason = timed ?? (counted && 'missing' in counted ? counted.missing : undefined);
      if (reason) reasons.set(reason, [...(reasons.get(reason) ?? []), `${name} ${id}`]);
    }
  }
  return [...reasons].map(([reason, where]) => `- ${where.join(', ')}: ${reason.trim()}`);
}
