import type { Case, StepContext } from '../kit';
import { always, chain, child, define, echo, plus, show } from './parts';

type Body = (context: StepContext) => unknown;

/** A step that adds to the state. */
const adds = (key: string): Body => {
  return async ({ state: before, setState, inputData }) => {
    await setState({ ...before, [key]: Object.keys((before ?? {}) as object).length });
    return inputData as unknown;
  };
};
const seesState: Body = ({ state: seen }) => ({ seen: seen as unknown });

export const context: Case[] = [
  define(
    'context-fields',
    kit =>
      chain(kit, [
        show(
          kit,
          'one',
          ({ workflowId, resourceId, retryCount, runId, mastra, abortSignal, resumeData }) => ({
            workflowId,
            resourceId,
            retryCount,
            runId,
            mastra: typeof mastra,
            aborted: abortSignal.aborted,
            resumeData: resumeData as unknown,
          }),
        ),
      ]),
    { resourceId: 'resource-1' },
  ),
  define('context-init-data', kit =>
    chain(kit, [
      plus(kit, 'one'),
      plus(kit, 'two'),
      show(kit, 'end', ({ getInitData }) => getInitData<unknown>()),
    ]),
  ),
  define('context-step-result', kit => {
    const one = plus(kit, 'one');
    return chain(kit, [
      one,
      kit.step('two', () => undefined),
      show(kit, 'end', ({ getStepResult }) => ({
        byStep: getStepResult(one),
        byId: getStepResult('one') as unknown,
        nothing: getStepResult('two') as unknown,
        unknown: getStepResult('unknown') as unknown,
      })),
    ]);
  }),
  define('context-step-result-of-parallel', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a'), plus(kit, 'b')])
      .then(show(kit, 'end', ({ getStepResult }) => [getStepResult('a'), getStepResult('b')]))
      .commit(),
  ),
  define('context-step-result-of-nested', kit =>
    chain(kit, [
      child(kit, 'inner', [plus(kit, 'one')]),
      show(
        kit,
        'end',
        ({ getStepResult }) => getStepResult('context-step-result-of-nested-inner') as unknown,
      ),
    ]),
  ),
  define(
    'context-actor',
    kit => chain(kit, [show(kit, 'one', context => (context as { actor?: unknown }).actor)]),
    {
      start: { actor: { id: 'ada', roles: ['admin'] } },
    },
  ),
  define(
    'context-actor-in-parallel',
    kit =>
      kit
        .workflow()
        .parallel([show(kit, 'one', context => (context as { actor?: unknown }).actor)])
        .commit(),
    { start: { actor: { id: 'ada' } } },
  ),
  define('state-initial', kit => chain(kit, [kit.step('one', seesState)], { stateSchema: kit.any }), {
    start: { initialState: { a: 1 } },
  }),
  define('state-without-initial', kit => chain(kit, [kit.step('one', seesState)], { stateSchema: kit.any })),
  define('state-without-schema', kit => chain(kit, [kit.step('one', adds('a')), kit.step('two', seesState)])),
  define(
    'state-set',
    kit =>
      chain(kit, [kit.step('one', adds('a')), kit.step('two', adds('b')), kit.step('three', seesState)], {
        stateSchema: kit.any,
      }),
    { start: { initialState: { first: 0 } } },
  ),
  define(
    'state-replaced',
    kit =>
      chain(
        kit,
        [
          kit.step('one', async ({ setState }) => {
            await setState({ b: 2 });
            return {};
          }),
          kit.step('two', seesState),
        ],
        { stateSchema: kit.any },
      ),
    { start: { initialState: { a: 1 } } },
  ),
  define('state-set-twice', kit =>
    chain(
      kit,
      [
        kit.step('one', async ({ setState, state: seen }) => {
          await setState({ a: 1 });
          await setState({ b: 2 });
          return { seen: structuredClone(seen) as unknown };
        }),
        kit.step('two', seesState),
      ],
      { stateSchema: kit.any },
    ),
  ),
  define('state-set-then-throws', kit =>
    chain(
      kit,
      [
        kit.step('one', async ({ setState }) => {
          await setState({ a: 1 });
          throw new Error('after all');
        }),
      ],
      { stateSchema: kit.any },
    ),
  ),
  define(
    'state-mutated',
    kit =>
      chain(
        kit,
        [
          kit.step('one', ({ state: seen }) => {
            (seen as { list: number[] }).list.push(2);
            return {};
          }),
          kit.step('two', seesState),
        ],
        { stateSchema: kit.any },
      ),
    { start: { initialState: { list: [1] } } },
  ),
  define('state-in-parallel', kit =>
    kit
      .workflow({ stateSchema: kit.any })
      .parallel([kit.step('a', adds('a')), kit.step('b', adds('b'))])
      .then(kit.step('end', seesState))
      .commit(),
  ),
  define(
    'state-in-foreach',
    kit =>
      kit
        .workflow({ stateSchema: kit.any })
        .foreach(
          kit.step('each', async ({ state: before, setState, inputData }) => {
            await setState({ ...before, [`item-${inputData}`]: Object.keys(before as object).length });
            return inputData as unknown;
          }),
        )
        .then(kit.step('end', seesState))
        .commit(),
    { input: [1, 2, 3] },
  ),
  define('state-in-branch', kit =>
    kit
      .workflow({ stateSchema: kit.any })
      .branch([[always(kit, 'yes', true), kit.step('a', adds('a'))]])
      .then(kit.step('end', seesState))
      .commit(),
  ),
  define('state-in-loop', kit =>
    kit
      .workflow({ stateSchema: kit.any })
      .dountil(
        kit.step('turn', async ({ state: before, setState }) => {
          const turns = ((before as { turns?: number }).turns ?? 0) + 1;
          await setState({ turns });
          return { turns };
        }),
        kit.fn('enough', async ({ state: now }: StepContext) => (now as { turns: number }).turns >= 3),
      )
      .then(kit.step('end', seesState))
      .commit(),
  ),
  define('state-in-parallel-nested', kit =>
    kit
      .workflow({ stateSchema: kit.any })
      .parallel([
        child(kit, 'left', [kit.step('a', adds('a'))], { stateSchema: kit.any }),
        child(kit, 'right', [kit.step('b', adds('b'))], { stateSchema: kit.any }),
      ])
      .then(kit.step('end', seesState))
      .commit(),
  ),
  define(
    'state-schema-refuses',
    kit => chain(kit, [echo(kit, 'one')], { stateSchema: kit.z.object({ n: kit.z.number() }) }),
    {
      start: { initialState: { n: 'one' } as never },
    },
  ),
  define('state-schema-default', kit =>
    chain(kit, [kit.step('one', seesState)], { stateSchema: kit.z.object({ n: kit.z.number().default(7) }) }),
  ),
  define('state-step-schema-refuses', kit =>
    chain(
      kit,
      [
        kit.step(
          'one',
          async ({ setState }) => {
            await setState({ n: 'no number' });
            return {};
          },
          { stateSchema: kit.z.object({ n: kit.z.number() }) },
        ),
      ],
      { stateSchema: kit.any },
    ),
  ),
  define(
    'request-context-read',
    kit => chain(kit, [show(kit, 'one', ({ requestContext }) => requestContext.toJSON())]),
    { start: { requestContext: { user: 'ada', deep: { list: [1, { a: 2 }] } } } },
  ),
  define('request-context-set', kit =>
    chain(kit, [
      show(kit, 'one', ({ requestContext }) => {
        requestContext.set('a' as never, { deep: 1 } as never);
        return {};
      }),
      show(kit, 'two', ({ requestContext }) => requestContext.get('a' as never) as unknown),
    ]),
  ),
  define(
    'request-context-deleted',
    kit =>
      chain(kit, [
        show(kit, 'one', ({ requestContext }) => {
          requestContext.delete('user' as never);
          return {};
        }),
        show(kit, 'two', ({ requestContext }) => requestContext.toJSON()),
      ]),
    { start: { requestContext: { user: 'ada', kept: 1 } } },
  ),
  define(
    'request-context-changed-inside',
    kit =>
      chain(kit, [
        show(kit, 'one', ({ requestContext }) => {
          (requestContext.get('deep' as never) as { list: number[] }).list.push(2);
          return {};
        }),
        show(kit, 'two', ({ requestContext }) => requestContext.toJSON()),
      ]),
    { start: { requestContext: { deep: { list: [1] } } } },
  ),
  define(
    'request-context-in-parallel',
    kit =>
      kit
        .workflow()
        .parallel(
          ['a', 'b'].map(id =>
            show(kit, id, async ({ requestContext }) => {
              // In core, the second one would see what the first one set, had it not begun.
              await kit.turns?.during(['both'], () => {});
              requestContext.set(id as never, true as never);
              return {};
            }),
          ),
        )
        .then(show(kit, 'end', ({ requestContext }) => Object.keys(requestContext.toJSON()).sort()))
        .commit(),
    { order: ['>a', '>b', 'both'] },
  ),
  define('request-context-set-then-throws', kit =>
    chain(kit, [
      show(kit, 'one', ({ requestContext }) => {
        requestContext.set('a' as never, 1 as never);
        throw new Error('after all');
      }),
    ]),
  ),
  define('bail-first', kit =>
    chain(kit, [kit.step('one', ({ bail }) => bail({ enough: true } as never)), echo(kit, 'never')]),
  ),
  define('bail-middle', kit =>
    chain(kit, [
      plus(kit, 'one'),
      kit.step('two', ({ bail }) => {
        bail({ enough: 2 } as never);
        return { ignored: true };
      }),
      echo(kit, 'never'),
    ]),
  ),
  define('bail-nothing', kit =>
    chain(kit, [kit.step('one', ({ bail }) => bail(undefined as never)), echo(kit, 'never')]),
  ),
  define('abort-middle', kit =>
    chain(kit, [
      plus(kit, 'one'),
      kit.step('two', ({ abort }) => {
        abort();
        return { aborted: true };
      }),
      echo(kit, 'never'),
    ]),
  ),
  define('abort-last', kit =>
    chain(kit, [
      plus(kit, 'one'),
      kit.step('two', ({ abort, abortSignal }) => {
        abort();
        return { aborted: abortSignal.aborted };
      }),
    ]),
  ),
  define('abort-then-throws', kit =>
    chain(kit, [
      kit.step('one', ({ abort }) => {
        abort();
        throw new Error('and more');
      }),
      echo(kit, 'never'),
    ]),
  ),
];
