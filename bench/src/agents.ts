/** Durable agents next to a function by hand and to the peer. */
import { countAll } from './counts';
import { type Machine, load, thisMachine } from './machine';
import { AGENT_ENTRANTS, entrantName } from './matrix';
import { Progress } from './progress';
import type { Results } from './results';
import { AGENT } from './scenarios';
import type { BenchServer } from './server';
import { timeAll } from './timings';
import { versions } from './versions';

/** What was measured of agents on one server. */
export interface AgentResults extends Pick<
  Results,
  'date' | 'server' | 'load' | 'rounds' | 'versions' | 'counts' | 'timings'
> {
  machine: Machine;
}

export async function measureAgents({ url, kind }: BenchServer, rounds: number): Promise<AgentResults> {
  const progress = new Progress(AGENT_ENTRANTS.length * (rounds + 2));
  const step = (what: string) => progress.step(what);
  const before = load();
  const counts: AgentResults['counts'] = {};
  for (const entrant of AGENT_ENTRANTS)
    counts[entrantName(entrant)] = await countAll(url, entrant, [AGENT], step);
  const plan = { serverUrl: url, entrants: AGENT_ENTRANTS, scenarios: [AGENT], rounds, onDone: step };
  const { timings } = await timeAll(plan);
  progress.end();
  return {
    date: new Date().toISOString().slice(0, 10),
    server: kind,
    machine: thisMachine(),
    load: [before, load()],
    rounds,
    versions: versions(),
    counts,
    timings,
  };
}
