/** Foreach with a concurrency: which items begin, and what each is given, whichever op Inngest executes first. */
import type { Case, Kit } from '../kit';
import { resume } from './asking';
import { child, define, echo } from './parts';

const five = [0, 1, 2, 3, 4];
const many = Array.from({ length: 40 }, (_, index) => index);

/** Asks for the items of the list; the input of an item is its index. */
const asking = (kit: Kit, indexes: number[], more: (index: number) => object = () => ({})) =>
  kit.step('each', async ({ inputData, resumeData, suspend }) => {
    const index = inputData as unknown as number;
    if (!indexes.includes(index) || resumeData) return index * 10;
    return (await suspend({ about: index } as never, more(index))) as unknown;
  });

interface Pool {
  asked: number[];
  /** In which order the ops of the first items end. */
  ends: number[];
  resumes: number;
  concurrency?: number;
}

function pool(name: string, { asked, ends, resumes, concurrency = 3 }: Pool): Case {
  return define(
    `pool-${name}`,
    kit => kit.workflow().foreach(asking(kit, asked), { concurrency }).then(echo(kit, 'later')).commit(),
    {
      ...inEndingOrder(ends),
      legs: Array.from({ length: resumes }, () => resume({ n: 1 }, { step: 'each' })),
    },
  );
}

const inEndingOrder = (ends: number[]) => ({
  input: five,
  unordered: true,
  opsOrder: ends.map(index => `each [${index}]`),
});

/** Core takes a success in before what ends some turns later; of what ends in the same turn, the failure. */
async function someTurnsLater(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

export const pools: Case[] = [
  pool('in-order', { asked: [0, 1, 4], ends: [0, 1, 2], resumes: 2 }),
  pool('suspended-first', { asked: [1, 3, 4], ends: [1, 0, 2], resumes: 2 }),
  pool('suspended-last-first', { asked: [2, 3, 4], ends: [2, 1, 0], resumes: 1 }),
  pool('suspended-in-the-middle', { asked: [1, 2, 4], ends: [2, 1, 0], resumes: 2 }),
  pool('success-behind', { asked: [1, 3, 4], ends: [1, 2, 0], resumes: 2 }),
  pool('two-at-once', { asked: [1, 2, 4], ends: [1, 0], resumes: 2, concurrency: 2 }),
  pool('all-ask', { asked: five, ends: [2, 1, 0], resumes: 2 }),
  pool('all-ask-two-at-once', { asked: five, ends: [1, 0], resumes: 3, concurrency: 2 }),
  define(
    'pool-of-many-that-ask',
    kit => kit.workflow().foreach(asking(kit, many), { concurrency: many.length }).commit(),
    {
      input: many,
      unordered: true,
      opsOrder: ['each [39]', 'each [20]', 'each [0]'],
      legs: [resume({ n: 1 }, { step: 'each' })],
    },
  ),
  define(
    'pool-failed-first',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', async ({ inputData }) => {
            if ((inputData as unknown) !== 1) return inputData as unknown;
            await someTurnsLater();
            throw new Error('not this one');
          }),
          { concurrency: 2 },
        )
        .commit(),
    inEndingOrder([1, 0]),
  ),
  define(
    'pool-all-fail',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', ({ inputData }) => {
            throw new Error(`not ${String(inputData)}`);
          }),
          { concurrency: 3 },
        )
        .commit(),
    inEndingOrder([2, 1, 0]),
  ),
  define(
    'pool-bails-first',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', async ({ inputData, bail }) => {
            if ((inputData as unknown) !== 1) return inputData as unknown;
            await someTurnsLater();
            return bail({ enough: 1 } as never) as unknown;
          }),
          { concurrency: 2 },
        )
        .commit(),
    inEndingOrder([1, 0]),
  ),
  define(
    'pool-answered-one-by-one',
    kit =>
      kit
        .workflow()
        .foreach(
          asking(kit, [0, 1, 3], index => ({ resumeLabel: `item-${index}` })),
          { concurrency: 2 },
        )
        .commit(),
    {
      ...inEndingOrder([1, 0]),
      legs: [
        resume({ n: 1 }, { label: 'item-1' }),
        resume({ n: 0 }, { step: 'each', forEachIndex: 0 }),
        resume({ n: 3 }, { label: 'item-3' }),
      ],
    },
  ),
  define(
    'pool-of-nested',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [asking(kit, [0, 1])]))
        .commit(),
    { input: [0, 1, 2], legs: [resume({ n: 1 }), resume({ n: 1 })] },
  ),
  define(
    'pool-of-core-nested',
    kit =>
      kit
        .workflow()
        .foreach(
          kit
            .coreChild('item')
            .then(asking(kit, [0, 1]))
            .commit(),
        )
        .commit(),
    { input: [0, 1, 2], legs: [resume({ n: 1 }), resume({ n: 1 })] },
  ),
];
