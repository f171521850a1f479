/** What the random graphs are made of: a generator that no longer makes a thing would test nothing of it. */
import { expect, test } from 'vitest';
import { BEHAVIOURS, type Entry, type Graph, type Leaf, graphsOf } from './spec';
import { SEED } from './suite';

/** Every trait of a graph: its entries, what their steps do, its options. */
function traits(graph: Graph): Set<string> {
  const found = new Set<string>();
  const leaf = ({ kind, behaviour, inner }: Leaf): void => {
    found.add(kind);
    if (kind === 'step') found.add(behaviour);
    inner.forEach(entry);
  };
  const entry = (one: Entry): void => {
    found.add(one.kind);
    if (one.kind === 'mapping' || one.kind === 'sleep') found.add(`${one.kind} ${one.form}`);
    if (one.kind === 'loop') found.add(one.type);
    if (one.kind === 'foreach') found.add(`concurrency ${one.concurrency}`);
    if (one.kind === 'parallel') one.arms.forEach(leaf);
    if (one.kind === 'branch') {
      for (const arm of one.arms) {
        found.add(`arm ${arm.taken}`);
        leaf(arm.leaf);
      }
    }
    if ('leaf' in one) leaf(one.leaf);
  };
  graph.entries.forEach(entry);
  for (const [option, value] of Object.entries(graph)) {
    if (option !== 'entries') found.add(`${option} ${String(value)}`);
  }
  return found;
}

const EXPECTED = [
  ...BEHAVIOURS,
  ...['leaf', 'mapping', 'parallel', 'branch', 'loop', 'foreach', 'sleep'],
  ...[
    'step',
    'tool',
    'classifier',
    'processor',
    'nested',
    'core-nested',
    'dountil',
    'dowhile',
    'arm yes',
    'arm no',
    'arm throws',
  ],
  ...['function', 'value', 'init', 'template', 'fn', 'context'].map(form => `mapping ${form}`),
  ...['value', 'function', 'until', 'until-function'].map(form => `sleep ${form}`),
  ...['1', '2', '3', 'function'].map(concurrency => `concurrency ${concurrency}`),
  ...['retries 0', 'retries 1', 'retries 2', 'validate true', 'validate false'],
  ...['callbacks true', 'persist all', 'persist no-running', 'state true', 'context true'],
];

test('each kind of entry, behaviour and option is in at least 20 of 1,000 graphs', () => {
  const counts = new Map<string, number>();
  for (const graph of graphsOf(SEED, 1000)) {
    for (const trait of traits(graph)) counts.set(trait, (counts.get(trait) ?? 0) + 1);
  }
  const rare = EXPECTED.filter(trait => (counts.get(trait) ?? 0) < 20).map(trait => [
    trait,
    counts.get(trait),
  ]);
  expect(rare).toEqual([]);
});
