/**
 * What of a workflow's graph decides whether a run that another version began still fits it: kinds, ids, nesting. Read from the
 * graph as core serializes it, since that is what is stored with a run. Pure.
 */
import { createHash } from 'node:crypto';
import type { StepFlowEntry } from '@mastra/core/workflows';
import { NATIVE_COMPONENT } from '../brand';
import { OperationIds } from './operation-ids';

/** What a step's op remembers depends on this alone: agents, tools and mappings are remembered as steps are. */
export type StepKind = 'step' | 'native step' | 'nested workflow' | 'sleep';

export type Container = 'sequence' | 'parallel' | 'branch' | 'loop' | 'foreach';

/** One step (or sleep, or nested workflow) where it stands in a graph. */
export interface Place {
  id: string;
  kind: StepKind;
  container: Container;
  /** The entry's index and, in a parallel or a branch, the arm's. */
  path: readonly number[];
  /** Name of its op, without turns and items. */
  op: string;
  /** Of an unnamed mapping or sleep, whose id is a number: what it does, as text. */
  unnamed?: string;
  /** A nested workflow's own graph. */
  inner?: readonly unknown[];
  /** It may suspend, as far as its schemas say so; of a nested workflow, a step of it. */
  suspends: boolean;
}

/** A branch: its conditions are one op. */
export interface BranchPlace {
  index: number;
  op: string;
  arms: string[];
}

/** A graph's entry as core serializes it, over all versions of core. */
interface Entry {
  type: string;
  id?: string;
  step?: Entry & { component?: string; canSuspend?: boolean };
  steps?: Entry[];
  serializedStepFlow?: unknown[];
  mapConfig?: unknown;
  duration?: number;
  date?: unknown;
  fn?: unknown;
}

const CONTAINERS: Record<string, Container> = {
  parallel: 'parallel',
  conditional: 'branch',
  loop: 'loop',
  foreach: 'foreach',
};

/** Core's and our ids of mappings and sleeps that the user gave no name. */
const UNNAMED = /^(mapping|sleep)_.*_\d+$/;

export class GraphShape {
  readonly places: readonly Place[];
  readonly branches: readonly BranchPlace[];

  constructor(readonly graph: readonly unknown[]) {
    const entries = graph as readonly Entry[];
    // The names are made of ids and places, which the serialized graph has as the live one does.
    const ids = new OperationIds(graph as StepFlowEntry[]);
    this.places = entries.flatMap((entry, index) =>
      leavesOf(entry).map((leaf, arm) => {
        const path = entry.steps ? [index, arm] : [index];
        return { ...described(leaf), container: containerOf(entry), path, op: ids.step(path, idOf(leaf)) };
      }),
    );
    this.branches = entries.flatMap((entry, index) =>
      entry.type === 'conditional'
        ? [{ index, op: ids.branch([index]), arms: leavesOf(entry).map(idOf) }]
        : [],
    );
  }

  /** The places of a step, in order; several where the step is used again. */
  of(stepId: string): Place[] {
    return this.places.filter(({ id }) => id === stepId);
  }

  /** Ids of the steps that share an entry. */
  entry(index: number): string[] {
    return this.places.filter(({ path }) => path[0] === index).map(({ id }) => id);
  }
}

function containerOf({ type }: Entry): Container {
  return CONTAINERS[type] ?? 'sequence';
}

function leavesOf(entry: Entry): Entry[] {
  if (entry.steps) return entry.steps;
  return (entry.type === 'loop' || entry.type === 'foreach') && entry.step ? [entry.step] : [entry];
}

function idOf(leaf: Entry): string {
  return (leaf.type === 'step' ? leaf.step?.id : leaf.id) ?? '';
}

function described(leaf: Entry): Pick<Place, 'id' | 'kind' | 'unnamed' | 'inner' | 'suspends'> {
  const id = idOf(leaf);
  const { mapConfig, duration, date, fn } = leaf;
  const inner = leaf.serializedStepFlow ?? leaf.step?.serializedStepFlow;
  return {
    id,
    kind: kindOf(leaf),
    suspends: inner
      ? new GraphShape(inner).places.some(place => place.suspends)
      : leaf.step?.canSuspend === true,
    ...(UNNAMED.test(id) && { unnamed: JSON.stringify({ mapConfig, duration, date, fn }) }),
    ...(inner && { inner }),
  };
}

function kindOf({ type, step }: Entry): StepKind {
  if (type === 'sleep' || type === 'sleepUntil') return 'sleep';
  // Core before 1.60 writes a nested workflow as a step.
  if (type === 'workflow' || step?.component === 'WORKFLOW') return 'nested workflow';
  return step?.component === NATIVE_COMPONENT ? 'native step' : 'step';
}

function outline(graph: readonly unknown[]): unknown[] {
  return (graph as readonly Entry[]).map(entry => [
    containerOf(entry),
    ...leavesOf(entry).map(leaf => {
      const { id, kind, inner } = described(leaf);
      return [kind, id, ...(inner ? [outline(inner)] : [])];
    }),
  ]);
}

const known = new WeakMap<readonly unknown[], string>();

/**
 * The same for every version of a workflow whose graph has the same shape. Short, since each request of a run brings it along;
 * it is only ever compared with that of another version of the same workflow.
 */
export function fingerprintOf(graph: readonly unknown[]): string {
  const found = known.get(graph);
  if (found !== undefined) return found;
  const made = createHash('sha256')
    .update(JSON.stringify(outline(graph)))
    .digest('base64url')
    .slice(0, 6);
  known.set(graph, made);
  return made;
}
