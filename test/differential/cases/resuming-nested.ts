/** Resuming inside nested workflows. */
import type { Case, StepContext } from '../kit';
import { asks, resume } from './asking';
import { chain, child, define, echo, plus } from './parts';

export const resumingNested: Case[] = [
  define(
    'resume-nested',
    kit =>
      chain(kit, [
        child(kit, 'inner', [plus(kit, 'one'), asks(kit, 'two'), plus(kit, 'three')]),
        echo(kit, 'later'),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-nested-path',
    kit => chain(kit, [child(kit, 'inner', [asks(kit, 'two')]), echo(kit, 'later')]),
    { legs: [resume({ add: 1 }, { step: ['resume-nested-path-inner', 'two'] })] },
  ),
  define(
    'resume-nested-dotted',
    kit => chain(kit, [child(kit, 'inner', [asks(kit, 'two')]), echo(kit, 'later')]),
    { legs: [resume({ add: 1 }, { step: 'resume-nested-dotted-inner.two' })] },
  ),
  define(
    'resume-nested-outer-only',
    kit => chain(kit, [child(kit, 'inner', [asks(kit, 'two')]), echo(kit, 'later')]),
    { legs: [resume({ add: 1 }, { step: 'resume-nested-outer-only-inner' })] },
  ),
  define(
    'resume-nested-label',
    kit => chain(kit, [child(kit, 'inner', [asks(kit, 'one', 'deep')]), echo(kit, 'later')]),
    { legs: [resume({ add: 1 }, { label: 'deep' })] },
  ),
  define(
    'resume-nested-two-deep',
    kit =>
      chain(kit, [
        child(kit, 'outer', [child(kit, 'inner', [plus(kit, 'a'), asks(kit, 'one')]), plus(kit, 'b')]),
        echo(kit, 'later'),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-nested-twice',
    kit => chain(kit, [child(kit, 'inner', [asks(kit, 'one'), asks(kit, 'two')]), echo(kit, 'later')]),
    { legs: [resume({ add: 1 }), resume({ add: 2 })] },
  ),
  define(
    'resume-nested-parallel',
    kit =>
      kit
        .workflow()
        .parallel([child(kit, 'left', [asks(kit, 'l')]), child(kit, 'right', [asks(kit, 'r')])])
        .then(echo(kit, 'later'))
        .commit(),
    {
      legs: [
        resume({ add: 1 }, { step: ['resume-nested-parallel-right', 'r'] }),
        resume({ add: 1 }, { step: ['resume-nested-parallel-left', 'l'] }),
      ],
    },
  ),
  define(
    'resume-nested-fails',
    kit =>
      chain(kit, [
        child(kit, 'inner', [
          kit.step('two', async ({ suspend, resumeData }) => {
            if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
            throw new Error('inner broke');
          }),
        ]),
        echo(kit, 'later'),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-nested-state',
    kit =>
      chain(
        kit,
        [
          child(
            kit,
            'inner',
            [
              kit.step(
                'two',
                async ({ suspend, resumeData, setState, state }) => {
                  if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
                  await setState({ ...(state as object), inner: true });
                  return {};
                },
                { stateSchema: kit.any },
              ),
            ],
            { stateSchema: kit.any },
          ),
          kit.step('look', ({ state }) => state as unknown),
        ],
        { stateSchema: kit.any },
      ),
    { legs: [resume({ add: 1 })], start: { initialState: { outer: 1 } } },
  ),
  define(
    'resume-nested-context',
    kit =>
      chain(kit, [
        child(kit, 'inner', [
          asks(kit, 'two'),
          kit.step('set', ({ requestContext }) => {
            requestContext.set('inner' as never, 1 as never);
            return {};
          }),
        ]),
        kit.step('look', ({ requestContext }) => Object.fromEntries(requestContext.entries())),
      ]),
    { legs: [resume({ add: 1 })], start: { requestContext: { tenant: 't1' } } },
  ),
  define(
    'resume-nested-loop',
    kit =>
      kit
        .workflow()
        .dountil(
          child(kit, 'body', [asks(kit, 'one')]),
          kit.fn('enough', async ({ inputData }: StepContext) => inputData.value >= 3),
        )
        .commit(),
    { legs: [resume({ add: 1 }), resume({ add: 1 })] },
  ),
  define(
    'resume-nested-foreach',
    kit =>
      kit
        .workflow()
        .foreach(child(kit, 'item', [asks(kit, 'one')]))
        .commit(),
    { input: [{ value: 1 }, { value: 2 }], legs: [resume({ add: 10 }), resume({ add: 20 })] },
  ),
  define(
    'resume-core-nested',
    kit => {
      const inner = kit.coreChild('inner').then(asks(kit, 'one')).commit();
      return chain(kit, [inner, echo(kit, 'later')]);
    },
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-nested-after-nested',
    kit =>
      chain(kit, [
        child(kit, 'first', [plus(kit, 'a')]),
        asks(kit, 'ask'),
        child(kit, 'second', [plus(kit, 'b')]),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
];
