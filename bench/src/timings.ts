/** How long a run takes: every round runs every scenario on every entrant, in another order each time. */
import { Child, reasonOf } from './child';
import { type Entrant, entrantName, isMeasured, repeatsOf } from './matrix';
import type { Sample } from './protocol';
import type { Scenario } from './scenarios';

export interface Timed {
  samples: Sample[];
  missing?: string;
}

/** By the entrant's name, then by the scenario's id. */
export type Timings = Record<string, Record<string, Timed>>;

export interface TimingPlan {
  serverUrl: string;
  entrants: readonly Entrant[];
  scenarios: readonly Scenario[];
  rounds: number;
  onDone: (what: string) => void;
}

export interface TimingOutcome {
  timings: Timings;
  /** Most memory that an entrant's process ever held, in bytes, by the entrant's name. */
  peakRss: Record<string, number>;
}

/** Round 0 warms up and is thrown away. */
export async function timeAll(plan: TimingPlan): Promise<TimingOutcome> {
  const outcome: TimingOutcome = { timings: {}, peakRss: {} };
  const children = await Promise.all(
    plan.entrants.map(async entrant => {
      const child = await Child.start({ ...entrant, serverUrl: plan.serverUrl });
      return { entrant, child };
    }),
  );
  try {
    for (let round = 0; round <= plan.rounds; round++) {
      for (const scenario of plan.scenarios) {
        const measured = children.filter(({ entrant }) => isMeasured(entrant, scenario));
        for (const { entrant, child } of rotated(measured, round)) {
          await timeOne(outcome, entrant, child, scenario, round);
          plan.onDone(`round ${round} of ${plan.rounds}: ${scenario.title}, ${entrantName(entrant)}`);
        }
      }
    }
  } finally {
    for (const { child } of children) if (child instanceof Child) child.stop();
  }
  return outcome;
}

async function timeOne(
  outcome: TimingOutcome,
  entrant: Entrant,
  child: Child | { reason: string },
  scenario: Scenario,
  round: number,
): Promise<void> {
  const name = entrantName(entrant);
  const timed = ((outcome.timings[name] ??= {})[scenario.id] ??= { samples: [] });
  if (!(child instanceof Child)) timed.missing = child.reason;
  const repeats = round === 0 ? 1 : repeatsOf(entrant, scenario);
  for (let repeat = 0; repeat < repeats && child instanceof Child && !timed.missing; repeat++) {
    const answer = await child.ask({ type: 'run', scenario: scenario.id, counting: false });
    if (answer.type !== 'ran') {
      timed.missing = reasonOf(answer);
    } else {
      if (round > 0) timed.samples.push(answer.sample);
      outcome.peakRss[name] = Math.max(outcome.peakRss[name] ?? 0, answer.peakRss);
    }
  }
}

/** So that nobody always comes first. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
