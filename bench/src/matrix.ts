/** Who is measured, and on what. */
import type { Scenario } from './scenarios';

/**
 * A hand-written Inngest function; one that also publishes what a run's watchers see, three events a step; this package; the
 * npm package of the same name.
 */
export type Contender = 'raw' | 'publishing' | 'ours' | 'peer';

/** Major of the Inngest SDK and, for v4, whether checkpointing is on (its default). */
export type Mode = 'v4-on' | 'v4-off' | 'v3';

/** One contender in one mode: a process of its own. */
export interface Entrant {
  contender: Contender;
  mode: Mode;
}

/** The peer depends on v4 itself, so it can't be had on v3. */
export const ENTRANTS: readonly Entrant[] = [
  { contender: 'raw', mode: 'v4-on' },
  { contender: 'publishing', mode: 'v4-on' },
  { contender: 'ours', mode: 'v4-on' },
  { contender: 'peer', mode: 'v4-on' },
  { contender: 'raw', mode: 'v4-off' },
  { contender: 'publishing', mode: 'v4-off' },
  { contender: 'ours', mode: 'v4-off' },
  { contender: 'peer', mode: 'v4-off' },
  { contender: 'raw', mode: 'v3' },
  { contender: 'ours', mode: 'v3' },
];

/** Whether it is a Mastra workflow, and no hand-written function. */
export function isWorkflow({ contender }: Entrant): boolean {
  return contender === 'ours' || contender === 'peer';
}

/** What events cost shows in short runs of plain steps. */
const PUBLISHED = ['sequential-10', 'dountil-10', 'parallel-10'];

/** The scenarios that a contender is measured on. */
export function scenariosFor({ contender }: Entrant, scenarios: readonly Scenario[]): readonly Scenario[] {
  return contender === 'publishing' ? scenarios.filter(({ id }) => PUBLISHED.includes(id)) : scenarios;
}

export const MODE_TITLES: Record<Mode, string> = {
  'v4-on': 'v4, checkpointing on',
  'v4-off': 'v4, checkpointing off',
  v3: 'v3',
};

export function entrantName({ contender, mode }: Entrant): string {
  return `${contender} ${mode}`;
}
