import type { Case, StepContext } from '../kit';
import { broken, child, define, echo } from './parts';

const later = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));
const list = { input: [1, 2, 3] };
const atOnce = { ...list, unordered: true };

export const each: Case[] = [
  define('foreach-three', kit => kit.workflow().foreach(double(kit)).then(echo(kit, 'end')).commit(), list),
  define('foreach-one', kit => kit.workflow().foreach(double(kit)).commit(), { input: [5] }),
  define('foreach-none', kit => kit.workflow().foreach(double(kit)).then(echo(kit, 'end')).commit(), {
    input: [],
  }),
  define(
    'foreach-concurrent',
    kit => kit.workflow().foreach(double(kit), { concurrency: 3 }).commit(),
    atOnce,
  ),
  define('foreach-concurrent-two', kit => kit.workflow().foreach(double(kit), { concurrency: 2 }).commit(), {
    input: [1, 2, 3, 4, 5],
    unordered: true,
  }),
  define(
    'foreach-concurrency-function',
    kit =>
      kit
        .workflow()
        .foreach(double(kit), {
          concurrency: kit.fn('concurrency', ({ inputData }: { inputData: unknown[] }) => inputData.length),
        })
        .commit(),
    atOnce,
  ),
  define(
    'foreach-concurrency-nonsense',
    kit =>
      kit
        .workflow()
        .foreach(double(kit), { concurrency: kit.fn('concurrency', () => NaN) })
        .commit(),
    list,
  ),
  define(
    'foreach-concurrency-throws',
    kit =>
      kit
        .workflow()
        .foreach(double(kit), {
          concurrency: kit.fn('concurrency', () => {
            throw new Error('how many?');
          }),
        })
        .then(echo(kit, 'never'))
        .commit(),
    list,
  ),
  define(
    'foreach-ends-in-another-order',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', async ({ inputData }) => {
            await later(40 - inputData * 10);
            return inputData as unknown;
          }),
          { concurrency: 3 },
        )
        .commit(),
    atOnce,
  ),
  define(
    'foreach-objects',
    kit =>
      kit
        .workflow()
        .foreach(kit.step('each', ({ inputData }) => ({ ...inputData, done: true })))
        .commit(),
    { input: [{ id: 'a' }, { id: 'b', deep: [1] }] },
  ),
  define(
    'foreach-gives-nothing',
    kit =>
      kit
        .workflow()
        .foreach(kit.step('each', ({ inputData }) => (inputData === 2 ? undefined : (inputData as unknown))))
        .then(echo(kit, 'end'))
        .commit(),
    list,
  ),
  define(
    'foreach-gives-null',
    kit =>
      kit
        .workflow()
        .foreach(kit.step('each', () => null))
        .then(echo(kit, 'end'))
        .commit(),
    list,
  ),
  define(
    'foreach-first-fails',
    kit => kit.workflow().foreach(failingAt(kit, 1)).then(echo(kit, 'never')).commit(),
    list,
  ),
  define('foreach-second-fails', kit => kit.workflow().foreach(failingAt(kit, 2)).commit(), list),
  define('foreach-last-fails', kit => kit.workflow().foreach(failingAt(kit, 3)).commit(), list),
  define(
    'foreach-concurrent-second-fails',
    kit => kit.workflow().foreach(failingAt(kit, 2), { concurrency: 3 }).commit(),
    atOnce,
  ),
  define('foreach-all-fail', kit => kit.workflow().foreach(broken(kit, 'each')).commit(), list),
  define(
    'foreach-retried',
    kit =>
      kit
        .workflow({ retryConfig: { attempts: 2 } })
        .foreach(
          kit.step('each', ({ inputData, retryCount }) => {
            if (retryCount < inputData - 1) throw new Error('again');
            return { inputData, retryCount };
          }),
        )
        .commit(),
    list,
  ),
  define(
    'foreach-item-bails',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', ({ inputData, bail }) =>
            inputData === 2 ? (bail({ enough: true } as never) as unknown) : (inputData as unknown),
          ),
        )
        .then(echo(kit, 'end'))
        .commit(),
    list,
  ),
  define(
    'foreach-item-aborts',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', ({ inputData, abort }) => {
            if (inputData === 2) abort();
            return inputData as unknown;
          }),
        )
        .then(echo(kit, 'never'))
        .commit(),
    list,
  ),
  define(
    'foreach-after-map',
    kit =>
      kit
        .workflow()
        .map(kit.fn('split', async ({ inputData }: StepContext) => String(inputData.text).split(' ')))
        .foreach(kit.step('each', ({ inputData }) => String(inputData).toUpperCase()))
        .map(kit.fn('join', async ({ inputData }: StepContext) => (inputData as string[]).join('-')))
        .commit(),
    { input: { text: 'to be or not' } },
  ),
  define(
    'foreach-twice',
    kit =>
      kit
        .workflow()
        .foreach(double(kit))
        .foreach(kit.step('again', ({ inputData }) => inputData + 1))
        .commit(),
    list,
  ),
  define(
    'foreach-nested',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [double(kit), echo(kit, 'more')]))
        .then(echo(kit, 'end'))
        .commit(),
    list,
  ),
  define(
    'foreach-nested-concurrent',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [double(kit)]), { concurrency: 3 })
        .commit(),
    atOnce,
  ),
  define(
    'foreach-nested-fails',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [failingAt(kit, 2)]))
        .commit(),
    list,
  ),
  define(
    'foreach-nested-of-large-items',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [kit.step('measures', ({ inputData }) => String(inputData).length)]))
        .then(echo(kit, 'end'))
        .commit(),
    { input: ['a', 'b', 'c'].map(letter => letter.repeat(30_000)) },
  ),
  define(
    'foreach-before-nested',
    kit =>
      kit
        .workflow()
        .foreach(double(kit))
        .then(child(kit, 'then', [echo(kit, 'more')]))
        .foreach(child(kit, 'item', [child(kit, 'inner', [double(kit)])]))
        .commit(),
    list,
  ),
  define('foreach-input-is-no-list', kit => kit.workflow().foreach(double(kit)).commit(), {
    input: { a: 1 },
  }),
  define('foreach-input-is-text', kit => kit.workflow().foreach(echo(kit, 'each')).commit(), {
    input: 'abc',
  }),
  define(
    'foreach-validates-items',
    kit =>
      kit
        .workflow()
        .foreach(kit.step('each', ({ inputData }) => inputData as unknown, { inputSchema: kit.z.number() }))
        .commit(),
    { input: [1, 'two', 3] },
  ),
  define(
    'foreach-writes',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', async ({ writer, inputData }) => {
            await writer.write({ item: inputData as unknown });
            return inputData as unknown;
          }),
        )
        .commit(),
    list,
  ),
  define(
    'foreach-in-nested',
    kit => {
      const inner = kit.child('inner').foreach(double(kit)).commit();
      return kit.workflow().then(inner).then(echo(kit, 'end')).commit();
    },
    list,
  ),
  define(
    'foreach-described',
    kit => kit.workflow().foreach(double(kit), { id: 'all', description: 'each of them' }).commit(),
    list,
  ),
];

type Kit = Parameters<Case['build']>[0];

function double(kit: Kit) {
  return kit.step('double', ({ inputData }) => inputData * 2);
}

function failingAt(kit: Kit, item: number) {
  return kit.step('each', ({ inputData }) => {
    if (inputData === item) throw new Error(`item ${item} is bad`);
    return inputData as unknown;
  });
}
