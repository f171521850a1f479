/** What was measured of durable agents, as a part of docs/bench.md. */
import type { AgentResults } from '../agents';
import { AGENT_ENTRANTS, type Entrant, MODE_TITLES, entrantName } from '../matrix';
import { AGENT } from '../scenarios';
import { interval, trimmedMean } from '../stats';
import { kilobytes, ms, table } from './markdown';
import type { Marks } from './page';
import { surroundings } from './words';

/** Where it stands in the page. */
export const AGENTS: Marks = {
  start: '<!-- agents: written by npm run bench -- --agents -->',
  end: '<!-- /agents -->',
};

const WHAT =
  'Three calls of a model and two of a tool: the model says 10 words first and 100 at last, one every 5 ms from the moment that it is called. *raw* is a ' +
  'function by hand with a step for each call, which publishes each word as it comes; its caller subscribes with the SDK. ' +
  '*first text*: from the call to the first word, *whole*: to the end of the stream, both at the caller, in ms, as means ' +
  'without a tenth at each end; in brackets, where the ratio lies in 95 of 100 draws from the same samples. The model here answers at once, ' +
  'which no model does: what comes before the first word is all the way there and back. A load far above the number of cores makes times ' +
  'longer, and those of whoever computes more the most: then only the counts are to be trusted.';

export function agentsReport(measured: readonly AgentResults[]): string {
  return [WHAT, ...measured.flatMap(section)].join('\n\n');
}

function section(results: AgentResults): string[] {
  const title =
    results.server === 'real' ? '### Agents on a real Inngest dev server' : '### Agents on the local server';
  const { counts, timings } = results;
  const rows = AGENT_ENTRANTS.map(entrant => row(results, entrant));
  const head = ['', 'ops', 'requests', 'kB to app', 'kB from app', 'publishes', 'runs'];
  const missing = AGENT_ENTRANTS.map(entrantName).flatMap(name => {
    const counted = counts[name]?.[AGENT.id];
    const reason = counted && 'missing' in counted ? counted.missing : timings[name]?.[AGENT.id]?.missing;
    return reason ? [`- ${name}: ${reason}`] : [];
  });
  const why = missing.length > 0 ? [`Not measured:\n\n${missing.join('\n')}`] : [];
  return [
    title,
    surroundings(results),
    table([...head, 'first text', '/ raw', 'whole', '/ raw'], rows),
    ...why,
  ];
}

function row(results: AgentResults, entrant: Entrant): string[] {
  const name = entrantName(entrant);
  const title = `${entrant.contender}, ${MODE_TITLES[entrant.mode]}`;
  const counted = results.counts[name]?.[AGENT.id];
  const isCounted = counted && !('missing' in counted);
  const costs = isCounted
    ? [
        String(counted.ops),
        String(counted.requests),
        kilobytes(counted.bytesToApp),
        kilobytes(counted.bytesFromApp),
        String(counted.publishes),
      ]
    : Array<string>(5).fill('–');
  const first = samples(results, name, 'first');
  const whole = samples(results, name, 'time');
  const raw = entrantName({ contender: 'raw', mode: entrant.mode });
  const isRaw = entrant.contender === 'raw';
  const times = [
    ...timed(first, samples(results, raw, 'first'), isRaw),
    ...timed(whole, samples(results, raw, 'time'), isRaw),
  ];
  return [title, ...costs, String(whole.length), ...times];
}

/** A mean, and its ratio to that by hand. */
function timed(own: readonly number[], raw: readonly number[], isRaw: boolean): string[] {
  if (own.length === 0) return ['–', '–'];
  const mean = ms(trimmedMean(own));
  if (raw.length === 0) return [mean, '–'];
  const ratio = ([one = [], other = []]: readonly (readonly number[])[]) =>
    trimmedMean(one) / trimmedMean(other);
  const shown = ratio([own, raw]).toFixed(2);
  if (isRaw) return [mean, shown];
  const [from, to] = interval([own, raw], drawn => ratio(drawn));
  return [mean, `${shown} (${from.toFixed(2)} to ${to.toFixed(2)})`];
}

function samples({ timings }: AgentResults, name: string, field: 'first' | 'time'): number[] {
  const all = timings[name]?.[AGENT.id]?.samples ?? [];
  return all.map(sample => sample[field]).filter(value => value !== undefined);
}
