/** Random workflow graphs as plain data, so that a failing one can be printed and built again from its seed. */
import fc from 'fast-check';

/** What a step does beside computing a number from its input. */
export const BEHAVIOURS = [
  'plain',
  'slow',
  'writes',
  'chunk',
  'nothing',
  'null',
  'text',
  'list',
  'date',
  'map',
  'init',
  'previous',
  'schema-default',
  'schema-refuses',
  'retried',
  'retries-used-up',
  'throws',
  'throws-class',
  'tripwire',
  'non-retryable',
  'sets-state',
  'reads-state',
  'sets-context',
  'deletes-context',
  'reads-context',
  'bails',
  'aborts',
  'suspends',
  'suspends-labelled',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface Leaf {
  kind: 'step' | 'tool' | 'classifier' | 'processor' | 'nested' | 'core-nested';
  behaviour: Behaviour;
  /** Of a nested workflow. */
  inner: Entry[];
}

export type Entry =
  | { kind: 'leaf'; leaf: Leaf }
  | { kind: 'mapping'; form: 'function' | 'value' | 'init' | 'template' | 'fn' | 'context' }
  | { kind: 'parallel'; arms: Leaf[] }
  | { kind: 'branch'; arms: { taken: 'yes' | 'no' | 'throws'; leaf: Leaf }[] }
  | { kind: 'loop'; type: 'dountil' | 'dowhile'; turns: number; leaf: Leaf }
  | { kind: 'foreach'; items: number; concurrency: number | 'function'; leaf: Leaf }
  | { kind: 'sleep'; form: 'value' | 'function' | 'until' | 'until-function'; named: boolean };

export interface Graph {
  entries: Entry[];
  retries: number;
  validate: boolean;
  callbacks: boolean;
  persist: 'all' | 'no-running';
  state: boolean;
  context: boolean;
}

/** Harmless in any place, at once with others and repeatedly. */
const CALM: Behaviour[] = [
  'plain',
  'slow',
  'writes',
  'chunk',
  'nothing',
  'null',
  'text',
  'list',
  'date',
  'map',
  'init',
  'schema-default',
  'retried',
];
/** What ends a run early is rarer, or no graph would get beyond its first steps. */
const ENDING: Behaviour[] = [
  'schema-refuses',
  'retries-used-up',
  'throws',
  'throws-class',
  'tripwire',
  'non-retryable',
  'bails',
  'aborts',
  'suspends',
  'suspends-labelled',
];
const SHARING: Behaviour[] = [
  'sets-state',
  'reads-state',
  'sets-context',
  'deletes-context',
  'reads-context',
  'previous',
];

const calm = fc.constantFrom(...CALM);
const alone = fc.oneof(
  { weight: 6, arbitrary: calm },
  { weight: 3, arbitrary: fc.constantFrom(...SHARING) },
  { weight: 1, arbitrary: fc.constantFrom(...ENDING) },
);
/** In company: nothing that another one could see, since who comes first is chance in core. */
const together = fc.oneof(
  { weight: 12, arbitrary: calm },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Behaviour>('throws', 'throws-class', 'suspends', 'bails', 'tripwire'),
  },
);

function leaf(behaviour: fc.Arbitrary<Behaviour>, depth: number, among: boolean): fc.Arbitrary<Leaf> {
  const plain = fc.record<Leaf>({
    kind: fc.oneof(
      { weight: 16, arbitrary: fc.constant('step' as const) },
      { weight: 2, arbitrary: fc.constant('tool' as const) },
      { weight: 1, arbitrary: fc.constant('classifier' as const) },
      { weight: 1, arbitrary: fc.constant('processor' as const) },
    ),
    behaviour,
    inner: fc.constant([]),
  });
  if (depth <= 0) return plain;
  const nested = fc.record<Leaf>({
    kind: fc.oneof(
      { weight: 4, arbitrary: fc.constant('nested' as const) },
      { weight: 1, arbitrary: fc.constant('core-nested' as const) },
    ),
    behaviour: fc.constant<Behaviour>('plain'),
    inner: entries(depth - 1, 1, 3, among),
  });
  return fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: nested });
}

function entry(depth: number, among: boolean): fc.Arbitrary<Entry> {
  const single = leaf(among ? together : alone, depth, among);
  const inCompany = leaf(together, depth, true);
  const onlyCalm = leaf(calm, 0, true);
  const kind = <T extends Entry['kind']>(name: T) => fc.constant(name);
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: kind('leaf'), leaf: single }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('mapping'),
        form: fc.constantFrom(
          'function' as const,
          'value' as const,
          'init' as const,
          'template' as const,
          'fn' as const,
          'context' as const,
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('parallel'),
        arms: fc.array(inCompany, { minLength: 1, maxLength: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('branch'),
        arms: fc.array(
          fc.record({
            taken: fc.constantFrom(
              'yes' as const,
              'yes' as const,
              'no' as const,
              'no' as const,
              'throws' as const,
            ),
            leaf: inCompany,
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: kind('loop'),
        type: fc.constantFrom('dountil' as const, 'dowhile' as const),
        turns: fc.integer({ min: 1, max: 4 }),
        leaf: single,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind('foreach'),
        items: fc.integer({ min: 0, max: 4 }),
        concurrency: fc.constant(1),
        leaf: single,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind('foreach'),
        items: fc.integer({ min: 0, max: 4 }),
        concurrency: fc.constantFrom<number | 'function'>(2, 3, 'function'),
        leaf: onlyCalm,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: kind('sleep'),
        form: fc.constantFrom(
          'value' as const,
          'function' as const,
          'until' as const,
          'until-function' as const,
        ),
        named: fc.boolean(),
      }),
    },
  );
}

function entries(depth: number, minLength: number, maxLength: number, among: boolean): fc.Arbitrary<Entry[]> {
  return fc.array(entry(depth, among), { minLength, maxLength });
}

/** Half of the graphs end with a step that ends a run: in their midst one would hide all that follows. */
const whole = fc
  .tuple(entries(2, 1, 6, false), fc.option(fc.constantFrom(...ENDING), { freq: 2 }))
  .map(([before, ending]): Entry[] =>
    ending ? [...before, { kind: 'leaf', leaf: { kind: 'step', behaviour: ending, inner: [] } }] : before,
  );

const graph: fc.Arbitrary<Graph> = fc.record({
  entries: whole,
  retries: fc.constantFrom(0, 0, 1, 2),
  validate: fc.constantFrom(true, true, true, false),
  callbacks: fc.boolean(),
  persist: fc.constantFrom('all' as const, 'all' as const, 'no-running' as const),
  state: fc.boolean(),
  context: fc.boolean(),
});

/** The graphs of a seed: always the same, and the first ones of a longer list are those of a shorter one. */
export function graphsOf(seed: number, count: number): Graph[] {
  return Array.from({ length: count }, (_, index) => {
    const [made] = fc.sample(graph, { seed: seed * 100_003 + index, numRuns: 1 });
    if (!made) throw new Error('fast-check made no graph');
    return made;
  });
}
