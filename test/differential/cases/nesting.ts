import type { Case, StepContext } from '../kit';
import { always, broken, chain, child, define, echo, plus } from './parts';

export const nesting: Case[] = [
  define('nested-only', kit => chain(kit, [child(kit, 'inner', [plus(kit, 'one')])])),
  define('nested-first', kit => chain(kit, [child(kit, 'inner', [plus(kit, 'one')]), echo(kit, 'end')])),
  define('nested-between', kit =>
    chain(kit, [
      plus(kit, 'before'),
      child(kit, 'inner', [plus(kit, 'one'), plus(kit, 'two')]),
      echo(kit, 'end'),
    ]),
  ),
  define('nested-two-deep', kit =>
    chain(kit, [
      child(kit, 'outer', [plus(kit, 'o1'), child(kit, 'inner', [plus(kit, 'i1')])]),
      echo(kit, 'end'),
    ]),
  ),
  define('nested-three-deep', kit => {
    const third = child(kit, 'third', [plus(kit, 't1')]);
    const second = child(kit, 'second', [third, plus(kit, 's1')]);
    const first = child(kit, 'first', [second]);
    return chain(kit, [first, echo(kit, 'end')]);
  }),
  define('nested-twice', kit => {
    const inner = child(kit, 'inner', [plus(kit, 'one')]);
    return chain(kit, [inner, plus(kit, 'between', 10), kit.cloneWorkflow(inner, 'clone')]);
  }),
  define('nested-same-twice', kit => {
    const inner = child(kit, 'inner', [plus(kit, 'one')]);
    return chain(kit, [inner, plus(kit, 'between', 10), inner]);
  }),
  define('nested-fails-first', kit =>
    chain(kit, [child(kit, 'inner', [broken(kit, 'one'), echo(kit, 'never')]), echo(kit, 'never-too')]),
  ),
  define('nested-fails-last', kit =>
    chain(kit, [child(kit, 'inner', [plus(kit, 'one'), broken(kit, 'two')])]),
  ),
  define('nested-fails-two-deep', kit =>
    chain(kit, [
      plus(kit, 'before'),
      child(kit, 'outer', [child(kit, 'inner', [broken(kit, 'bad', 'deep down')])]),
    ]),
  ),
  define('nested-bails', kit =>
    chain(kit, [
      child(kit, 'inner', [
        kit.step('bails', ({ bail }) => bail({ enough: true } as never)),
        echo(kit, 'never'),
      ]),
      echo(kit, 'end'),
    ]),
  ),
  define('nested-aborts', kit =>
    chain(kit, [
      child(kit, 'inner', [
        kit.step('aborts', ({ abort }) => {
          abort();
          return {};
        }),
        echo(kit, 'never'),
      ]),
      echo(kit, 'never-too'),
    ]),
  ),
  define('nested-gives-nothing', kit =>
    chain(kit, [child(kit, 'inner', [kit.step('one', () => undefined)]), echo(kit, 'end')]),
  ),
  define(
    'nested-state',
    kit =>
      chain(
        kit,
        [
          kit.step('before', async ({ setState, state }) => {
            await setState({ ...state, before: true });
            return {};
          }),
          child(
            kit,
            'inner',
            [
              kit.step('inside', async ({ setState, state }) => {
                await setState({ ...state, inside: Object.keys(state as object).sort() });
                return { saw: structuredClone(state) as unknown };
              }),
            ],
            { stateSchema: kit.any },
          ),
          kit.step('after', ({ state, inputData }) => ({
            state: state as unknown,
            inputData: inputData as unknown,
          })),
        ],
        { stateSchema: kit.any },
      ),
    { start: { initialState: { first: 1 } } },
  ),
  define(
    'nested-request-context',
    kit =>
      chain(kit, [
        child(kit, 'inner', [
          kit.step('inside', ({ requestContext }) => {
            const saw = requestContext.toJSON();
            requestContext.set('inside' as never, 'set' as never);
            requestContext.delete('gone' as never);
            return { saw };
          }),
        ]),
        kit.step('after', ({ requestContext }) => requestContext.toJSON()),
      ]),
    { start: { requestContext: { user: 'ada', gone: 'soon' } } },
  ),
  define('nested-init-data', kit =>
    chain(kit, [
      plus(kit, 'before', 10),
      child(kit, 'inner', [
        plus(kit, 'one'),
        kit.step('two', ({ getInitData, getStepResult }) => ({
          init: getInitData<unknown>(),
          one: getStepResult('one') as unknown,
          outer: getStepResult('before') as unknown,
        })),
      ]),
    ]),
  ),
  define(
    'nested-ids',
    kit =>
      chain(kit, [
        child(kit, 'inner', [
          kit.step('inside', ({ workflowId, resourceId, runId }) => ({
            workflowId,
            resourceId,
            runs: typeof runId,
          })),
        ]),
      ]),
    { resourceId: 'resource-1' },
  ),
  define('nested-own-retries', kit =>
    chain(kit, [
      child(
        kit,
        'inner',
        [
          kit.step('shaky', ({ retryCount }) => {
            if (retryCount < 2) throw new Error(`try ${retryCount}`);
            return { retryCount };
          }),
        ],
        { retryConfig: { attempts: 2 } },
      ),
    ]),
  ),
  define('nested-validates', kit =>
    chain(kit, [
      child(kit, 'inner', [plus(kit, 'one')], { inputSchema: kit.z.object({ value: kit.z.string() }) }),
    ]),
  ),
  define('nested-defaults', kit =>
    chain(kit, [
      child(kit, 'inner', [echo(kit, 'one')], {
        inputSchema: kit.z.object({ value: kit.z.number(), more: kit.z.string().default('given') }),
      }),
      echo(kit, 'end'),
    ]),
  ),
  define('nested-callbacks', kit =>
    chain(kit, [
      child(kit, 'inner', [plus(kit, 'one')], {
        options: { onStart: kit.fn('onStart', async () => {}), onFinish: kit.fn('onFinish', async () => {}) },
      }),
      child(kit, 'failing', [broken(kit, 'bad')], {
        options: {
          onFinish: kit.fn('onFinish-2', async () => {}),
          onError: kit.fn('onError', async () => {}),
        },
      }),
    ]),
  ),
  define('nested-start-refused', kit =>
    chain(kit, [
      child(kit, 'inner', [plus(kit, 'one')], {
        options: {
          onStart: kit.fn('onStart', async () => {
            throw new Error('not today');
          }),
        },
      }),
    ]),
  ),
  define('nested-writes', kit =>
    chain(kit, [
      child(kit, 'inner', [
        kit.step('speaks', async ({ writer }) => {
          await writer.write({ progress: 1 });
          await writer.custom({ type: 'data-mine', data: { a: 1 } } as never);
          return {};
        }),
      ]),
    ]),
  ),
  define('nested-writes-two-deep', kit =>
    chain(kit, [
      child(kit, 'outer', [
        child(kit, 'inner', [
          kit.step('speaks', async ({ writer }) => {
            await writer.write('deep');
            return {};
          }),
        ]),
      ]),
    ]),
  ),
  define('nested-loop-of-nested', kit => {
    const inner = child(kit, 'inner', [plus(kit, 'one')]);
    const loop = kit
      .child('loop')
      .dountil(
        inner,
        kit.fn('enough', async ({ inputData }: StepContext) => inputData.value >= 3),
      )
      .commit();
    return chain(kit, [loop, echo(kit, 'end')]);
  }),
  define(
    'nested-foreach-of-branches',
    kit => {
      const item = kit
        .child('item')
        .branch([
          [
            kit.fn('odd', async ({ inputData }: StepContext) => inputData % 2 === 1),
            kit.step('odd-step', () => 'odd'),
          ],
          [
            kit.fn('even', async ({ inputData }: StepContext) => inputData % 2 === 0),
            kit.step('even-step', () => 'even'),
          ],
        ])
        .commit();
      return kit.workflow().foreach(item).then(echo(kit, 'end')).commit();
    },
    { input: [1, 2, 3] },
  ),
  define('nested-parallel-of-branches', kit => {
    const arm = (name: string) =>
      kit
        .child(name)
        .branch([[always(kit, `${name}-condition`, true), plus(kit, `${name}-step`)]])
        .commit();
    return kit
      .workflow()
      .parallel([arm('left'), arm('right')])
      .then(echo(kit, 'end'))
      .commit();
  }),
  define('nested-condition-throws', kit => {
    const inner = kit
      .child('inner')
      .dountil(
        plus(kit, 'turn'),
        kit.fn('throws', async () => {
          throw new RangeError('undecided');
        }),
      )
      .commit();
    return chain(kit, [inner, echo(kit, 'never')]);
  }),
  define('core-nested', kit => {
    const inner = kit.coreChild('inner').then(plus(kit, 'one')).then(plus(kit, 'two')).commit();
    return chain(kit, [plus(kit, 'before'), inner, echo(kit, 'end')]);
  }),
  define('core-nested-fails', kit => {
    const inner = kit.coreChild('inner').then(plus(kit, 'one')).then(broken(kit, 'two')).commit();
    return chain(kit, [inner, echo(kit, 'never')]);
  }),
  define('core-nested-bails', kit => {
    const inner = kit
      .coreChild('inner')
      .then(kit.step('bails', ({ bail }) => bail({ enough: true } as never)))
      .commit();
    return chain(kit, [inner, echo(kit, 'end')]);
  }),
  define('core-nested-state', kit => {
    const inner = kit
      .coreChild('inner', { stateSchema: kit.any })
      .then(
        kit.step('inside', async ({ setState, state }) => {
          await setState({ ...state, inside: true });
          return {};
        }),
      )
      .commit();
    return chain(kit, [inner, kit.step('after', ({ state }) => state as unknown)], { stateSchema: kit.any });
  }),
  define('core-nested-parallel', kit => {
    const inner = kit
      .coreChild('inner')
      .parallel([plus(kit, 'a'), plus(kit, 'b')])
      .commit();
    return kit
      .workflow()
      .parallel([inner, plus(kit, 'c')])
      .commit();
  }),
  define('core-nested-loop', kit => {
    const inner = kit.coreChild('inner').then(plus(kit, 'one')).commit();
    return kit
      .workflow()
      .dountil(
        inner,
        kit.fn('enough', async ({ inputData }: StepContext) => inputData.value >= 3),
      )
      .commit();
  }),
  define(
    'core-nested-foreach',
    kit => {
      const inner = kit
        .coreChild('inner')
        .then(kit.step('one', ({ inputData }) => inputData * 2))
        .commit();
      return kit.workflow().foreach(inner).commit();
    },
    { input: [1, 2] },
  ),
  define('core-nested-writes', kit => {
    const inner = kit
      .coreChild('inner')
      .then(
        kit.step('speaks', async ({ writer }) => {
          await writer.write({ progress: 1 });
          return {};
        }),
      )
      .commit();
    return chain(kit, [inner]);
  }),
  define('inngest-in-core-nested', kit => {
    const innermost = child(kit, 'innermost', [plus(kit, 'one')]);
    const inner = kit.coreChild('inner').then(innermost).then(plus(kit, 'two')).commit();
    return chain(kit, [inner, echo(kit, 'end')]);
  }),
  define('core-nested-inner-loop', kit => {
    const inner = kit
      .coreChild('inner')
      .dountil(
        plus(kit, 'turn'),
        kit.fn('enough', async ({ inputData }: StepContext) => inputData.value >= 3),
      )
      .commit();
    return chain(kit, [inner]);
  }),
];
