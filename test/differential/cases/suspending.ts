/** Suspending, as far as the result of the first leg goes. */
import type { Case, StepContext } from '../kit';
import { always, chain, child, define, echo, plus } from './parts';

type Kit = Parameters<Case['build']>[0];

/** A step that asks before it goes on. */
function asks(kit: Kit, id: string, options?: { resumeLabel: string | string[] }, more: object = {}) {
  return kit.step(
    id,
    async ({ suspend, resumeData, inputData }) => {
      if (resumeData) return resumeData as unknown;
      return (await suspend({ ask: id, about: inputData as unknown } as never, options)) as unknown;
    },
    more,
  );
}

export const suspending: Case[] = [
  define('suspend-first', kit => chain(kit, [asks(kit, 'one'), echo(kit, 'later')])),
  define('suspend-middle', kit => chain(kit, [plus(kit, 'one'), asks(kit, 'two'), echo(kit, 'later')])),
  define('suspend-last', kit => chain(kit, [plus(kit, 'one'), asks(kit, 'two')])),
  define('suspend-without-payload', kit =>
    chain(kit, [kit.step('one', async ({ suspend }) => (await suspend()) as unknown)]),
  ),
  define('suspend-with-output', kit =>
    chain(kit, [
      kit.step('one', async ({ suspend }) => {
        await suspend({ ask: 1 } as never);
        return { sofar: true };
      }),
    ]),
  ),
  define('suspend-label', kit => chain(kit, [asks(kit, 'one', { resumeLabel: 'approval' })])),
  define('suspend-labels', kit => chain(kit, [asks(kit, 'one', { resumeLabel: ['approval', 'review'] })])),
  define('suspend-with-state', kit =>
    chain(
      kit,
      [
        kit.step('one', async ({ suspend, setState }) => {
          await setState({ asked: true });
          return (await suspend({ ask: 1 } as never)) as unknown;
        }),
      ],
      { stateSchema: kit.any },
    ),
  ),
  define('suspend-with-context', kit =>
    chain(kit, [
      kit.step('one', async ({ suspend, requestContext }) => {
        requestContext.set('asked' as never, true as never);
        return (await suspend({ ask: 1 } as never)) as unknown;
      }),
    ]),
  ),
  define('suspend-schema', kit =>
    chain(kit, [
      asks(kit, 'one', undefined, {
        suspendSchema: kit.z.object({ ask: kit.z.string() }),
        resumeSchema: kit.z.object({ ok: kit.z.boolean() }),
      }),
    ]),
  ),
  define('suspend-schema-refuses', kit =>
    chain(kit, [asks(kit, 'one', undefined, { suspendSchema: kit.z.object({ ask: kit.z.number() }) })]),
  ),
  define('suspend-values', kit =>
    chain(kit, [
      kit.step(
        'one',
        async ({ suspend }) => (await suspend({ at: new Date(5), set: new Set([1]) } as never)) as unknown,
      ),
    ]),
  ),
  define('suspend-then-throws', kit =>
    chain(kit, [
      kit.step('one', async ({ suspend }) => {
        await suspend({ ask: 1 } as never);
        throw new Error('impatient');
      }),
    ]),
  ),
  define('suspend-after-retry', kit =>
    chain(
      kit,
      [
        kit.step('one', async ({ suspend, retryCount }) => {
          if (retryCount === 0) throw new Error('first');
          return (await suspend({ retryCount } as never)) as unknown;
        }),
      ],
      { retryConfig: { attempts: 1 } },
    ),
  ),
  define('suspend-in-parallel', kit =>
    kit
      .workflow()
      .parallel([asks(kit, 'a'), plus(kit, 'b')])
      .then(echo(kit, 'later'))
      .commit(),
  ),
  define('suspend-several-in-parallel', kit =>
    kit
      .workflow()
      .parallel([asks(kit, 'a', { resumeLabel: 'label-a' }), asks(kit, 'b', { resumeLabel: 'label-b' })])
      .commit(),
  ),
  define('suspend-in-branch', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'yes', true), asks(kit, 'a')],
        [always(kit, 'no', false), plus(kit, 'b')],
      ])
      .commit(),
  ),
  define('suspend-in-loop', kit =>
    kit
      .workflow()
      .dountil(
        kit.step('turn', async ({ suspend, inputData }) => {
          if (inputData.value === 3) return (await suspend({ at: 3 } as never)) as unknown;
          return { value: inputData.value + 1 };
        }),
        kit.fn('enough', async ({ inputData }: StepContext) => inputData.value >= 5),
      )
      .commit(),
  ),
  define('suspend-in-foreach', kit => kit.workflow().foreach(asks(kit, 'each')).commit(), {
    input: ['a', 'b', 'c'],
  }),
  define(
    'suspend-in-foreach-second',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', async ({ suspend, inputData }) =>
            inputData === 'b'
              ? ((await suspend({ about: inputData as unknown } as never)) as unknown)
              : (inputData as unknown),
          ),
        )
        .commit(),
    { input: ['a', 'b', 'c'] },
  ),
  define(
    'suspend-in-foreach-concurrent',
    kit =>
      kit
        .workflow()
        .foreach(
          kit.step('each', async ({ suspend, inputData }) => {
            const options = { resumeLabel: `item-${inputData}` };
            return (await suspend({ about: inputData as unknown } as never, options)) as unknown;
          }),
          { concurrency: 3 },
        )
        .commit(),
    { input: ['a', 'b', 'c'], unordered: true },
  ),
  define('suspend-in-nested', kit =>
    chain(kit, [child(kit, 'inner', [plus(kit, 'one'), asks(kit, 'two')]), echo(kit, 'later')]),
  ),
  define('suspend-in-nested-labelled', kit =>
    chain(kit, [child(kit, 'inner', [asks(kit, 'one', { resumeLabel: 'deep' })])]),
  ),
  define('suspend-in-nested-two-deep', kit =>
    chain(kit, [child(kit, 'outer', [child(kit, 'inner', [asks(kit, 'one')])])]),
  ),
  define('suspend-in-nested-parallel', kit =>
    kit
      .workflow()
      .parallel([child(kit, 'left', [asks(kit, 'l')]), child(kit, 'right', [asks(kit, 'r')])])
      .commit(),
  ),
  define(
    'suspend-in-nested-foreach',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [asks(kit, 'one')]))
        .commit(),
    {
      input: ['a', 'b'],
    },
  ),
  define('suspend-in-nested-loop', kit =>
    kit
      .workflow()
      .dountil(child(kit, 'body', [asks(kit, 'one')]), always(kit, 'enough', true))
      .commit(),
  ),
  define('suspend-in-core-nested', kit => {
    const inner = kit.coreChild('inner').then(asks(kit, 'one')).commit();
    return chain(kit, [inner, echo(kit, 'later')]);
  }),
];
