/** A graph in a lock file: short, and readable in a diff. */
import { GraphShape, type Place } from '../engine/graph-shape';
import { isRecord } from '../wire/json';
import { NATIVE_COMPONENT } from '../brand';

/** A step; what it is, where it is not a plain one. */
type LockedLeaf = string | { [kind in 'suspends' | 'native' | 'workflow' | 'sleep']?: string };

/** A step of its own, or what holds steps. */
export type LockedEntry =
  LockedLeaf | { [container in 'parallel' | 'branch' | 'loop' | 'foreach']?: LockedLeaf[] };

/** Core's names of what holds steps. */
const TYPES: Record<string, string> = { branch: 'conditional' };

/** A graph as the lock file has it. */
export function lockedGraph(graph: readonly unknown[]): LockedEntry[] {
  const { places } = new GraphShape(graph);
  return graph.map((_entry, index) => {
    const own = places.filter(({ path }) => path[0] === index);
    const [first] = own;
    const leaves = own.map(lockedLeaf);
    return first && first.container !== 'sequence' ? { [first.container]: leaves } : (leaves[0] ?? '');
  });
}

function lockedLeaf({ id, kind, suspends }: Place): LockedLeaf {
  if (kind === 'native step') return { native: id };
  if (kind === 'nested workflow') return { workflow: id };
  if (kind === 'sleep') return { sleep: id };
  return suspends ? { suspends: id } : id;
}

/** The same as core serializes it, as far as shapes are compared; `inner` has the graphs of nested workflows. */
export function unlockedGraph(
  locked: readonly LockedEntry[],
  inner: (workflowId: string) => readonly LockedEntry[] | undefined,
): unknown[] {
  const leaf = (one: unknown): Record<string, unknown> => {
    if (!isRecord(one)) return { type: 'step', step: { id: one } };
    const [kind = '', id = ''] = Object.entries(one)[0] ?? [];
    if (kind === 'sleep') return { type: 'sleep', id };
    if (kind === 'native') return { type: 'step', step: { id, component: NATIVE_COMPONENT } };
    if (kind === 'suspends') return { type: 'step', step: { id, canSuspend: true } };
    const nested = inner(String(id));
    return { type: 'workflow', id, serializedStepFlow: nested && unlockedGraph(nested, inner) };
  };
  return locked.map(entry => {
    const [type = '', steps] = isRecord(entry) ? (Object.entries(entry)[0] ?? []) : [];
    if (!Array.isArray(steps)) return leaf(entry);
    const leaves = steps.map(leaf);
    const isSingle = type === 'loop' || type === 'foreach';
    return { type: TYPES[type] ?? type, ...(isSingle ? { step: leaves[0] } : { steps: leaves }) };
  });
}
