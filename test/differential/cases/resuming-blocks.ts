/** Resuming inside parallel, branches, loops and foreach. */
import type { Case, StepContext } from '../kit';
import { asks, item, resume } from './asking';
import { always, define, echo, plus } from './parts';

export const resumingBlocks: Case[] = [
  define(
    'resume-parallel-one',
    kit =>
      kit
        .workflow()
        .parallel([asks(kit, 'a'), plus(kit, 'b')])
        .then(echo(kit, 'later'))
        .commit(),
    { legs: [resume({ add: 1 }, { step: 'a' })] },
  ),
  define(
    'resume-parallel-in-order',
    kit =>
      kit
        .workflow()
        .parallel([asks(kit, 'a'), asks(kit, 'b')])
        .then(echo(kit, 'later'))
        .commit(),
    { legs: [resume({ add: 1 }, { step: 'a' }), resume({ add: 2 }, { step: 'b' })] },
  ),
  define(
    'resume-parallel-backwards',
    kit =>
      kit
        .workflow()
        .parallel([asks(kit, 'a'), asks(kit, 'b')])
        .then(echo(kit, 'later'))
        .commit(),
    { legs: [resume({ add: 2 }, { step: 'b' }), resume({ add: 1 }, { step: 'a' })] },
  ),
  define(
    'resume-parallel-labels',
    kit =>
      kit
        .workflow()
        .parallel([asks(kit, 'a', 'label-a'), asks(kit, 'b', 'label-b')])
        .commit(),
    { legs: [resume({ add: 2 }, { label: 'label-b' })] },
  ),
  define(
    'resume-parallel-three',
    kit =>
      kit
        .workflow()
        .parallel([asks(kit, 'a'), asks(kit, 'b'), asks(kit, 'c')])
        .then(echo(kit, 'later'))
        .commit(),
    {
      legs: [
        resume({ add: 2 }, { step: 'c' }),
        resume({ add: 1 }, { step: 'a' }),
        resume({ add: 3 }, { step: 'b' }),
      ],
    },
  ),
  define(
    'resume-branch',
    kit =>
      kit
        .workflow()
        .branch([
          [always(kit, 'yes', true), asks(kit, 'a')],
          [always(kit, 'no', false), plus(kit, 'b')],
        ])
        .then(echo(kit, 'later'))
        .commit(),
    { legs: [resume({ add: 1 }, { step: 'a' })] },
  ),
  define(
    'resume-branch-two-arms',
    kit =>
      kit
        .workflow()
        .branch([
          [always(kit, 'yes', true), asks(kit, 'a')],
          [always(kit, 'also', true), asks(kit, 'b')],
        ])
        .then(echo(kit, 'later'))
        .commit(),
    { legs: [resume({ add: 1 }, { step: 'b' }), resume({ add: 1 }, { step: 'a' })] },
  ),
  define(
    'resume-loop',
    kit =>
      kit
        .workflow()
        .dountil(
          kit.step('turn', async ({ suspend, resumeData, inputData }) => {
            if (inputData.value === 3 && !resumeData) return (await suspend({ at: 3 } as never)) as unknown;
            return { value: inputData.value + 1 };
          }),
          kit.fn(
            'enough',
            async ({ inputData, iterationCount }: StepContext & { iterationCount: number }) =>
              inputData.value >= 5 && iterationCount > 0,
          ),
        )
        .commit(),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-dowhile',
    kit =>
      kit
        .workflow()
        .dowhile(
          kit.step('turn', async ({ suspend, resumeData, inputData }) => {
            if (!resumeData) return (await suspend({ at: inputData.value as number } as never)) as unknown;
            return { value: inputData.value + 1 };
          }),
          kit.fn('more', async ({ inputData }: StepContext) => inputData.value < 3),
        )
        .commit(),
    { legs: [resume({ add: 1 }), resume({ add: 1 })] },
  ),
  define('resume-foreach-sequential', kit => kit.workflow().foreach(item(kit)).commit(), {
    input: ['a', 'b', 'c'],
    legs: [resume({ n: 1 }), resume({ n: 2 }), resume({ n: 3 })],
  }),
  define('resume-foreach-by-index', kit => kit.workflow().foreach(item(kit), { concurrency: 3 }).commit(), {
    input: ['a', 'b', 'c'],
    unordered: true,
    legs: [
      resume({ n: 2 }, { step: 'each', forEachIndex: 1 }),
      resume({ n: 3 }, { step: 'each', forEachIndex: 2 }),
      resume({ n: 1 }, { step: 'each', forEachIndex: 0 }),
    ],
  }),
  define(
    'resume-foreach-by-label',
    kit => kit.workflow().foreach(item(kit, true), { concurrency: 3 }).commit(),
    {
      input: ['a', 'b'],
      unordered: true,
      legs: [resume({ n: 2 }, { label: 'item-b' }), resume({ n: 1 }, { label: 'item-a' })],
    },
  ),
  define(
    'resume-foreach-all',
    kit => kit.workflow().foreach(item(kit), { concurrency: 3 }).then(echo(kit, 'later')).commit(),
    { input: ['a', 'b', 'c'], unordered: true, legs: [resume({ n: 0 }, { step: 'each' })] },
  ),
  define(
    'resume-foreach-partial',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', async ({ suspend, resumeData, inputData }) => {
            if (inputData === 'b' && !resumeData)
              return (await suspend({ about: inputData as unknown } as never)) as unknown;
            return `${inputData}!` as unknown;
          }),
        )
        .then(echo(kit, 'later'))
        .commit(),
    { input: ['a', 'b', 'c'], legs: [resume({ n: 0 })] },
  ),
];
