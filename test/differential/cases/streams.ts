import type { Case, StepContext } from '../kit';
import { chain, child, define, echo, plus } from './parts';

type Writer = StepContext['writer'];
const custom = (writer: Writer, chunk: object) => writer.custom(chunk as never);

export const streams: Case[] = [
  define('writer-write', kit =>
    chain(kit, [
      kit.step('speaks', async ({ writer }) => {
        await writer.write({ progress: 1 });
        await writer.write('text');
        await writer.write(7);
        await writer.write([1, { a: 2 }]);
        return {};
      }),
    ]),
  ),
  define('writer-custom', kit =>
    chain(kit, [
      kit.step('speaks', async ({ writer }) => {
        await custom(writer, { type: 'data-progress', data: { percent: 50 } });
        await custom(writer, { type: 'data-id', id: 'a', data: 1 });
        await custom(writer, { type: 'data-transient', data: { a: [1] }, transient: true });
        await custom(writer, { type: 'other', payload: { a: 1 } });
        return {};
      }),
    ]),
  ),
  define('writer-then-throws', kit =>
    chain(kit, [
      kit.step('speaks', async ({ writer }) => {
        await writer.write({ progress: 1 });
        throw new Error('interrupted');
      }),
    ]),
  ),
  define('writer-in-every-attempt', kit =>
    chain(
      kit,
      [
        kit.step('speaks', async ({ writer, retryCount }) => {
          await writer.write({ retryCount });
          if (retryCount < 2) throw new Error('again');
          return {};
        }),
      ],
      { retryConfig: { attempts: 2 } },
    ),
  ),
  define('writer-in-loop', kit =>
    kit
      .workflow()
      .dountil(
        kit.step('turn', async ({ writer, inputData }) => {
          await writer.write({ value: inputData.value as number });
          return { value: inputData.value + 1 };
        }),
        kit.fn('enough', async ({ inputData, writer }: StepContext) => {
          await writer.write({ asked: inputData.value as number });
          return inputData.value >= 3;
        }),
      )
      .commit(),
  ),
  define('writer-in-condition', kit =>
    kit
      .workflow()
      .branch([
        [
          kit.fn('speaks', async ({ writer }: StepContext) => {
            await writer.write({ condition: true });
            return true;
          }),
          plus(kit, 'one'),
        ],
      ])
      .commit(),
  ),
  define('writer-in-sleep', kit =>
    kit
      .workflow()
      .sleep(
        kit.fn('speaks', async ({ writer }: StepContext) => {
          await writer.write({ sleeping: true });
          return 2;
        }),
      )
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('writer-in-mapping', kit =>
    kit
      .workflow()
      .map(
        kit.fn('mapper', async ({ writer, inputData }: StepContext) => {
          await writer.write({ mapping: true });
          return inputData as unknown;
        }),
      )
      .commit(),
  ),
  define(
    'writer-in-nested-foreach',
    kit =>
      kit
        .workflow()
        .foreach(
          child(kit, 'item', [
            kit.step('speaks', async ({ writer, inputData }) => {
              await writer.write({ item: inputData as unknown });
              return inputData as unknown;
            }),
          ]),
        )
        .commit(),
    { input: ['a', 'b'] },
  ),
  define('stream-step-events-off', kit =>
    chain(kit, [plus(kit, 'one'), plus(kit, 'two')], { options: { emitStepEvents: false } }),
  ),
  define('stream-values', kit =>
    chain(kit, [
      kit.step('one', () => ({ date: new Date(0), map: new Map([[1, 2]]), nan: NaN, error: new Error('e') })),
    ]),
  ),
  define('per-step', kit => chain(kit, [plus(kit, 'one'), plus(kit, 'two')]), { start: { perStep: true } }),
  define(
    'per-step-parallel',
    kit =>
      kit
        .workflow()
        .parallel([plus(kit, 'a'), plus(kit, 'b')])
        .then(echo(kit, 'end'))
        .commit(),
    { start: { perStep: true } },
  ),
  define(
    'per-step-nested',
    kit => chain(kit, [child(kit, 'inner', [plus(kit, 'one'), plus(kit, 'two')]), echo(kit, 'end')]),
    {
      start: { perStep: true },
    },
  ),
  define(
    'per-step-failing',
    kit =>
      chain(kit, [
        kit.step('one', () => {
          throw new Error('at once');
        }),
        echo(kit, 'two'),
      ]),
    { start: { perStep: true } },
  ),
];
