/**
 * Graphs whose op ids are recorded (I3). They are never changed, only added to: a run that is under way when a new version
 * is deployed continues by these ids.
 */
import { always, broken, chain, child, define, echo, plus } from '../differential/cases/parts';
import type { Case, StepContext } from '../differential/kit';

const until = (limit: number) => async (context: StepContext) => context.inputData.value >= limit;

export const GRAPHS: Case[] = [
  define('history-sequence', kit =>
    chain(kit, [plus(kit, 'fetch-user'), plus(kit, 'enrich'), plus(kit, 'save')]),
  ),
  define('history-same-step-twice', kit => {
    const again = plus(kit, 'again');
    return chain(kit, [again, plus(kit, 'between'), again]);
  }),
  define('history-odd-ids', kit =>
    chain(kit, [
      plus(kit, 'finish'),
      plus(kit, 'start'),
      plus(kit, 'input'),
      plus(kit, 'turn (2)'),
      plus(kit, 'item [1]'),
      plus(kit, 'größe 🎉'),
    ]),
  ),
  define('history-mapping', kit =>
    kit
      .workflow()
      .map(async ({ inputData }: StepContext) => inputData as unknown)
      .then(plus(kit, 'one'))
      .map({ value: { value: 1, schema: kit.any } }, { id: 'named-map' })
      .map(async ({ inputData }: StepContext) => inputData as unknown)
      .commit(),
  ),
  define(
    'history-parallel-steps',
    kit =>
      kit
        .workflow()
        .parallel([plus(kit, 'left'), plus(kit, 'middle'), plus(kit, 'right')])
        .then(echo(kit, 'join'))
        .commit(),
    { unordered: true },
  ),
  define('history-branch', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', true), plus(kit, 'taken')],
        [always(kit, 'b', false), plus(kit, 'left-out')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('history-loops', kit =>
    kit
      .workflow()
      .dountil(plus(kit, 'until'), until(3))
      .dowhile(plus(kit, 'while'), async ({ inputData }: StepContext) => inputData.value < 6)
      .commit(),
  ),
  define('history-loop-of-nested', kit =>
    kit
      .workflow()
      .dountil(child(kit, 'body', [plus(kit, 'inner')]), until(3))
      .commit(),
  ),
  define(
    'history-foreach-steps',
    kit =>
      kit
        .workflow()
        .foreach(echo(kit, 'each'))
        .foreach(echo(kit, 'at-once'), {
          concurrency: ({ inputData }: { inputData: unknown[] }) => inputData.length,
        })
        .commit(),
    { input: ['a', 'b', 'c'], unordered: true },
  ),
  define(
    'history-foreach-of-nested',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [echo(kit, 'inner')]), { concurrency: 2 })
        .commit(),
    { input: ['a', 'b'], unordered: true },
  ),
  define('history-sleeps', kit =>
    kit
      .workflow()
      .sleep(2)
      .sleep(async () => 2, { id: 'nap' })
      .sleepUntil(async () => new Date(Date.now() + 2))
      .sleepUntil(new Date(0))
      .then(echo(kit, 'awake'))
      .commit(),
  ),
  define('history-nested', kit =>
    chain(kit, [
      plus(kit, 'before'),
      child(kit, 'outer', [child(kit, 'inner', [plus(kit, 'deep')]), plus(kit, 'shallow')]),
      plus(kit, 'after'),
    ]),
  ),
  define(
    'history-parallel-of-nested',
    kit =>
      kit
        .workflow()
        .parallel([child(kit, 'left', [plus(kit, 'l')]), child(kit, 'right', [plus(kit, 'r')])])
        .commit(),
    { unordered: true },
  ),
  define('history-retries', kit =>
    chain(
      kit,
      [
        kit.step('quick', ({ retryCount, inputData }) => {
          if (retryCount === 0) throw new Error('again');
          return inputData as unknown;
        }),
      ],
      { retryConfig: { attempts: 1, delay: 5 } },
    ),
  ),
  define('history-durable-retries', kit =>
    chain(kit, [broken(kit, 'slow')], { retryConfig: { attempts: 1, delay: 1000 } }),
  ),
  define('history-gate', kit => chain(kit, [plus(kit, 'one')], { options: { onStart: async () => {} } })),
  define('history-changed-input', kit =>
    chain(kit, [
      child(kit, 'inner', [echo(kit, 'one')], {
        inputSchema: kit.z.object({ more: kit.z.number().default(1) }),
      }),
    ]),
  ),
  define('history-suspended', kit =>
    chain(kit, [
      plus(kit, 'before'),
      kit.step('asks', async ({ suspend }) => (await suspend({} as never)) as unknown),
    ]),
  ),
];
