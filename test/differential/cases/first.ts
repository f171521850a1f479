import type { Case } from '../kit';

export const first: Case[] = [
  {
    name: 'map-function',
    input: { value: 1 },
    build: kit =>
      kit
        .workflow()
        .then(kit.step('one', () => ({ value: 2 })))
        .map(kit.fn('mapper', async ({ inputData }: { inputData: { value: number } }) => [inputData.value]))
        .then(kit.step('two', ({ inputData }) => inputData))
        .commit(),
  },
  {
    name: 'parallel-three',
    input: { value: 3 },
    build: kit =>
      kit
        .workflow()
        .parallel([1, 2, 3].map(by => kit.step(`p${by}`, ({ inputData }) => ({ value: inputData.value * by }))))
        .then(kit.step('sum', ({ inputData }) => inputData))
        .commit(),
  },
  {
    name: 'branch-one-of-two',
    input: { value: 3 },
    build: kit =>
      kit
        .workflow()
        .branch([
          [kit.fn('is-three', async ({ inputData }) => inputData.value === 3), kit.step('yes', () => 'yes')],
          [kit.fn('is-four', async ({ inputData }) => inputData.value === 4), kit.step('no', () => 'no')],
        ])
        .commit(),
  },
  {
    name: 'dountil-three',
    input: { value: 0 },
    build: kit =>
      kit
        .workflow()
        .dountil(
          kit.step('plus', ({ inputData }) => ({ value: inputData.value + 1 })),
          kit.fn('enough', async ({ inputData }) => inputData.value >= 3),
        )
        .commit(),
  },
  {
    name: 'foreach-three',
    input: [1, 2, 3],
    build: kit =>
      kit
        .workflow()
        .foreach(kit.step('each', ({ inputData }) => inputData * 2))
        .commit(),
  },
  {
    name: 'sleep-value',
    input: { value: 0 },
    build: kit =>
      kit
        .workflow()
        .sleep(5)
        .then(kit.step('after', ({ inputData }) => inputData))
        .commit(),
  },
  {
    name: 'nested-one',
    input: { value: 0 },
    build: kit =>
      kit
        .workflow()
        .then(kit.step('before', ({ inputData }) => ({ value: inputData.value + 1 })))
        .then(
          kit
            .child('child')
            .then(kit.step('inner', ({ inputData }) => ({ value: inputData.value + 10 })))
            .commit(),
        )
        .then(kit.step('after', ({ inputData }) => inputData))
        .commit(),
  },
  {
    name: 'suspend-first',
    input: { value: 0 },
    build: kit =>
      kit
        .workflow()
        .then(
          kit.step('ask', async ({ suspend, resumeData }) =>
            resumeData ? resumeData : suspend({ question: 'really?' }, { resumeLabel: 'answer' }),
          ),
        )
        .then(kit.step('after', ({ inputData }) => inputData))
        .commit(),
  },
  {
    name: 'writer-all',
    input: { value: 0 },
    build: kit =>
      kit
        .workflow()
        .then(
          kit.step('speak', async ({ writer }) => {
            await writer.write({ progress: 1 });
            await writer.custom({ type: 'data-progress', data: { percent: 50 } } as never);
            await writer.write('text');
            return {};
          }),
        )
        .commit(),
  },
  {
    name: 'values-all',
    input: { value: 0 },
    build: kit =>
      kit
        .workflow()
        .then(
          kit.step('make', () => ({
            date: new Date(0),
            nothing: undefined,
            nan: NaN,
            infinite: -Infinity,
            map: new Map([['a', { deep: new Set([1]) }]]),
            error: new TypeError('as a value'),
            expression: /x+/gi,
            url: new URL('http://example.com/a?b'),
            bytes: new Uint8Array([1, 2, 3]),
            list: [undefined, null, -0],
          })),
        )
        .then(kit.step('pass', ({ inputData }) => inputData))
        .commit(),
  },
];
