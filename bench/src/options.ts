import { parseArgs } from 'node:util';
import { ENTRANTS, type Entrant, entrantName } from './matrix';
import { SCENARIOS, type Scenario } from './scenarios';

const usage = `Usage: npm run bench -- [options]

Measures this package next to hand-written Inngest functions and to the peer, on the local server, or on the one that
INNGEST_BASE_URL names. A run of everything takes 25 minutes (on a real server about two hours) and renews
bench/results/ and docs/bench.md.

  --rounds N     timed rounds (default 5)
  --short        without the peer where it takes minutes on a real server (100 steps, 50 items, 200 runs)
  --only REGEX   some scenarios, by id; nothing is written then
  --who REGEX    some contenders, by name such as "ours v4-on"; nothing is written then
  --agents       durable agents alone; renews bench/results/agents.* and their part of docs/bench.md
  --kit          the test kit alone; renews bench/results/kit.md
  --report       no measuring: the reports anew, from the results that there are
  -h, --help     this text
`;

export interface Options {
  rounds: number;
  scenarios: Scenario[];
  entrants: Entrant[];
  /** Nothing was picked by name, so the results are to be kept. */
  complete: boolean;
  /** Nothing is measured. */
  reportOnly: boolean;
  /** Only the test kit is measured. */
  kitOnly: boolean;
  /** Only agents are measured. */
  agentsOnly: boolean;
}

/** Undefined where the user only asked for help. */
export function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      only: { type: 'string', default: '' },
      who: { type: 'string', default: '' },
      report: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      kit: { type: 'boolean', default: false },
      agents: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return undefined;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds} is no number of rounds`);
  const scenarios = SCENARIOS.filter(({ id }) => new RegExp(values.only).test(id)).map(scenario => ({
    ...scenario,
    sparesPeer: values.short && scenario.isLong,
  }));
  const entrants = ENTRANTS.filter(entrant => new RegExp(values.who).test(entrantName(entrant)));
  if (scenarios.length === 0) throw new Error(`--only ${values.only} fits no scenario`);
  if (entrants.length === 0) throw new Error(`--who ${values.who} fits no contender`);
  const complete = !values.only && !values.who;
  const { report: reportOnly, kit: kitOnly, agents: agentsOnly } = values;
  return { rounds, scenarios, entrants, complete, reportOnly, kitOnly, agentsOnly };
}
