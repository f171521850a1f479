/** The jobs that every contender does. */

export type GraphKind =
  'sequential' | 'dountil' | 'parallel' | 'foreach' | 'branch' | 'nested' | 'suspend' | 'large' | 'chunks';

/** What travels from step to step. */
export interface Value {
  value: number;
}

export interface Scenario {
  /** Also the id of the workflow, or of the hand-written function. */
  readonly id: string;
  readonly title: string;
  readonly kind: GraphKind;
  /** Steps, turns, items or chunks. */
  readonly size: number;
  /** Of a foreach. */
  readonly concurrency?: number;
  /** Executions of step bodies in one run, those of nested runs apart. */
  readonly bodies: number;
  /** Runs started at the same time. */
  readonly runs: number;
  /** How often it is timed in one round: short ones more often, for they are timed to the server's next pause. */
  readonly repeats: number;
  /** The same with checkpointing, where all steps are one request and the pause before it weighs most; `repeats` if missing. */
  readonly repeatsOn?: number;
  /** Takes the peer minutes on a real server. */
  readonly isLong: boolean;
  /** The peer is left out. */
  readonly sparesPeer?: boolean;
}

type Optional = Partial<
  Pick<Scenario, 'runs' | 'repeats' | 'repeatsOn' | 'concurrency' | 'bodies' | 'isLong'>
>;

function scenario(id: string, title: string, kind: GraphKind, size: number, more: Optional = {}): Scenario {
  return { id, title, kind, size, bodies: size, runs: 1, repeats: 3, isLong: false, ...more };
}

export const SCENARIOS: readonly Scenario[] = [
  scenario('sequential-10', '10 sequential', 'sequential', 10, { repeats: 6, repeatsOn: 18 }),
  scenario('sequential-100', '100 sequential', 'sequential', 100, { repeats: 1, isLong: true }),
  scenario('dountil-10', 'dountil 10', 'dountil', 10, { repeats: 6, repeatsOn: 18 }),
  scenario('dountil-100', 'dountil 100', 'dountil', 100, { repeats: 1, isLong: true }),
  scenario('parallel-10', 'parallel 10', 'parallel', 10, { repeats: 12 }),
  scenario('foreach-10', 'foreach 10', 'foreach', 10, { concurrency: 1 }),
  scenario('foreach-50', 'foreach 50, concurrency 10', 'foreach', 50, {
    concurrency: 10,
    repeats: 1,
    isLong: true,
  }),
  scenario('branch', 'branch', 'branch', 1, { repeats: 14 }),
  scenario('nested', 'nested', 'nested', 2, { bodies: 2, repeats: 8 }),
  scenario('suspend', 'suspend and resume', 'suspend', 2),
  scenario('runs-200', '200 runs of 5 steps', 'sequential', 5, { runs: 200, repeats: 1, isLong: true }),
  scenario('large-output', '1 MB output', 'large', 1, { repeats: 1 }),
  scenario('chunks-300', '300 chunks from one step', 'chunks', 300, { bodies: 1, repeats: 1 }),
];

/** An agent's run: three calls of a model and two of a tool, with some words at first and many at last. Measured by itself (`agents.ts`). */
export const AGENT: Scenario = scenario('agent', 'an agent of 3 model calls and 2 tool calls', 'chunks', 5, {
  repeats: 6,
});

/**
 * A scenario under a name of one process alone. Inngest starts every function that an event's name fits, so under common names
 * each run would be executed by all contenders at once.
 */
export function ownScenario(common: Scenario, process: string): Scenario {
  // As long as the common name, for its bytes are counted.
  const id = `${process}-${SCENARIOS.indexOf(common)}`.padEnd(common.id.length, '-');
  return { ...common, id };
}

/** A scenario under its common name. */
export function scenarioById(id: string): Scenario {
  const found = [...SCENARIOS, AGENT].find(candidate => candidate.id === id);
  if (!found) throw new Error(`There is no scenario ${id}`);
  return found;
}

/** The input of one run. */
export function inputOf({ kind, size }: Scenario): Value | Value[] {
  return kind === 'foreach' ? Array.from({ length: size }, (_, value) => ({ value })) : { value: 0 };
}

/** 1 MB of text that no one compresses away. */
export function largeText(): string {
  return Array.from({ length: 1024 * 1024 }, (_, index) => ((index * 7919) % 36).toString(36)).join('');
}
