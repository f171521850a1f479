/** Who is measured, and on what. */
import type { Scenario } from './scenarios';

/** A hand-written Inngest function; one that also publishes what a run's watchers see, three events a step. */
export type HandWritten = 'raw' | 'publishing';

/** This package; the npm package of the same name. */
export type Packaged = 'ours' | 'peer';

export type Contender = HandWritten | Packaged;

/** Major of the Inngest SDK and, for v4, whether checkpointing is on (its default). */
export type Mode = 'v4-on' | 'v4-off' | 'v3';

/** One contender in one mode: a process of its own. */
export interface Entrant {
  contender: Contender;
  mode: Mode;
  /** What the process has, if not the workflows. */
  job?: 'agents';
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

export function isHandWritten(contender: Contender): contender is HandWritten {
  return contender === 'raw' || contender === 'publishing';
}

/** Whose agents are measured: a caller by hand listens with the SDK's own `subscribe`, which v3 has not. */
export const AGENT_ENTRANTS: readonly Entrant[] = ENTRANTS.filter(
  ({ contender, mode }) => contender !== 'publishing' && !(contender === 'raw' && mode === 'v3'),
).map(entrant => ({ ...entrant, job: 'agents' }));

/** What events cost shows in short runs of plain steps, whose times have a figure to reach. */
const PUBLISHED = ['sequential-10', 'dountil-10', 'parallel-10', 'branch', 'nested'];

/** Whether a contender is measured on a scenario. */
export function isMeasured({ contender }: Entrant, { id, sparesPeer }: Scenario): boolean {
  if (contender === 'publishing') return PUBLISHED.includes(id);
  return !(sparesPeer && contender === 'peer');
}

/** How often one round times it. The peer takes several times as long, and needs no second decimal. */
export function repeatsOf({ contender, mode }: Entrant, { repeats, repeatsOn = repeats }: Scenario): number {
  return contender === 'peer' ? Math.ceil(repeats / 3) : mode === 'v4-on' ? repeatsOn : repeats;
}

export const MODE_TITLES: Record<Mode, string> = {
  'v4-on': 'v4, checkpointing on',
  'v4-off': 'v4, checkpointing off',
  v3: 'v3',
};

export function entrantName({ contender, mode }: Entrant): string {
  return `${contender} ${mode}`;
}
