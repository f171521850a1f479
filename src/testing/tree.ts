/** A run as a text that a person reads. */
import { since } from './durations';
import type { Operation, OperationNode } from './operation';

const MARKS: Record<Operation['outcome'], string> = {
  success: '✓',
  failed: '✗',
  retried: '↻',
  suspended: '⏸',
  waiting: '…',
  running: '▶',
  crashed: '☠',
};

/** A headline and its ops, the nested ones indented. */
export function treeOf(head: string, nodes: readonly OperationNode[], start: Date): string {
  return [head, ...linesOf(nodes, start, 1)].join('\n');
}

function linesOf(nodes: readonly OperationNode[], start: Date, depth: number): string[] {
  return nodes.flatMap(({ operation, inner }) => [
    `${'  '.repeat(depth)}${lineOf(operation, start)}`,
    ...linesOf(inner, start, depth + 1),
  ]);
}

function lineOf({ name, kind, attempts, startedAt, endedAt, outcome }: Operation, start: Date): string {
  const at = (date: Date) => since(date.getTime() - start.getTime());
  const time = endedAt && endedAt > startedAt ? `${at(startedAt)} … ${at(endedAt)}` : at(startedAt);
  const notes = [
    ...(kind === 'step' ? [] : [kind]),
    ...(outcome === 'success' ? [] : [outcome]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  return `${MARKS[outcome]} ${name}  ${time}${notes.length > 0 ? `  (${notes.join(', ')})` : ''}`;
}
