import type { Case, StepContext } from '../kit';
import { always, broken, child, define, echo, plus } from './parts';

export const branching: Case[] = [
  define('branch-first', kit =>
    kit
      .workflow()
      .branch([
        [kit.fn('is-one', async ({ inputData }: StepContext) => inputData.value === 1), plus(kit, 'yes')],
        [kit.fn('is-two', async ({ inputData }: StepContext) => inputData.value === 2), plus(kit, 'no')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-second', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', false), plus(kit, 'no')],
        [always(kit, 'b', true), plus(kit, 'yes')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-several', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', true), plus(kit, 'one')],
        [always(kit, 'b', false), plus(kit, 'two')],
        [always(kit, 'c', true), plus(kit, 'three')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-none', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', false), plus(kit, 'one')],
        [always(kit, 'b', false), plus(kit, 'two')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-none-at-the-end', kit =>
    kit
      .workflow()
      .branch([[always(kit, 'a', false), plus(kit, 'one')]])
      .commit(),
  ),
  define('branch-truthy', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'text', 'yes'), plus(kit, 'one')],
        [always(kit, 'zero', 0), plus(kit, 'two')],
        [always(kit, 'object', {}), plus(kit, 'three')],
        [always(kit, 'null', null), plus(kit, 'four')],
        [always(kit, 'undefined', undefined), plus(kit, 'five')],
        [always(kit, 'empty', ''), plus(kit, 'six')],
      ])
      .commit(),
  ),
  define('branch-synchronous-condition', kit =>
    kit
      .workflow()
      .branch([[kit.fn('now', () => true), plus(kit, 'one')]])
      .commit(),
  ),
  define('branch-condition-throws', kit =>
    kit
      .workflow()
      .branch([
        [
          kit.fn('throws', async () => {
            throw new Error('undecided');
          }),
          plus(kit, 'one'),
        ],
        [always(kit, 'b', true), plus(kit, 'two')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-all-conditions-throw', kit => {
    const throwing = kit.fn('throws', () => {
      throw new Error('undecided');
    });
    return kit
      .workflow()
      .branch([
        [throwing, plus(kit, 'one')],
        [throwing, plus(kit, 'two')],
      ])
      .then(echo(kit, 'end'))
      .commit();
  }),
  define('branch-arm-fails', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', true), plus(kit, 'fine')],
        [always(kit, 'b', true), broken(kit, 'bad')],
      ])
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define(
    'branch-condition-context',
    kit => {
      const before = plus(kit, 'before');
      return kit
        .workflow({ stateSchema: kit.any })
        .then(before)
        .then(
          kit.step('set', async ({ setState, state, inputData }) => {
            await setState({ ...state, set: true });
            return inputData as unknown;
          }),
        )
        .branch([
          [
            kit.fn('looks', async (context: StepContext) => {
              const { inputData, getInitData, getStepResult, state, requestContext, retryCount } = context;
              const seen = [inputData.value, getInitData<{ value: number }>().value];
              const byStep = (getStepResult(before) as { value: number }).value;
              const more = [byStep, state.set, requestContext.get('user' as never), retryCount];
              return JSON.stringify([seen, more]) === '[[2,1],[2,true,"ada",-1]]';
            }),
            plus(kit, 'right'),
          ],
        ])
        .commit();
    },
    { start: { requestContext: { user: 'ada' } } },
  ),
  define('branch-condition-sets-context', kit =>
    kit
      .workflow()
      .branch([
        [
          kit.fn('sets', async ({ requestContext }: StepContext) => {
            requestContext.set('decided' as never, true as never);
            return true;
          }),
          plus(kit, 'one'),
        ],
      ])
      .then(kit.step('end', ({ requestContext }) => requestContext.toJSON()))
      .commit(),
  ),
  define('branch-condition-aborts', kit =>
    kit
      .workflow()
      .branch([
        [
          kit.fn('aborts', async ({ abort }: StepContext) => {
            abort();
            return true;
          }),
          plus(kit, 'one'),
        ],
      ])
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('branch-predicate', kit =>
    kit
      .workflow()
      .branch([
        [
          { predicate: { op: 'eq', left: { path: 'inputData.value' }, right: { literal: 1 } } },
          plus(kit, 'yes'),
        ],
        [
          { predicate: { op: 'gt', left: { path: 'inputData.value' }, right: { literal: 5 } } },
          plus(kit, 'no'),
        ],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-nested', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', true), child(kit, 'yes', [plus(kit, 'inner')])],
        [always(kit, 'b', false), child(kit, 'no', [plus(kit, 'other')])],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-nested-fails', kit =>
    kit
      .workflow()
      .branch([[always(kit, 'a', true), child(kit, 'yes', [broken(kit, 'inner')])]])
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('branch-arm-bails', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', true), kit.step('bails', ({ bail }) => bail({ enough: 1 } as never))],
        [always(kit, 'b', true), plus(kit, 'other')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-described', kit =>
    kit
      .workflow()
      .branch([[always(kit, 'a', true), plus(kit, 'one')]], { id: 'decide', description: 'which way' })
      .commit(),
  ),
  define('branch-after-branch', kit =>
    kit
      .workflow()
      .branch([[always(kit, 'a', true), plus(kit, 'one')]])
      .branch([
        [kit.fn('b', async ({ inputData }: StepContext) => inputData.one.value === 2), echo(kit, 'two')],
      ])
      .commit(),
  ),
  define('branch-mapped-arm', kit =>
    kit
      .workflow()
      .branch([
        [
          always(kit, 'a', true),
          kit
            .child('mapped')
            .map(kit.fn('m', async () => ({ value: 9 })))
            .commit(),
        ],
      ])
      .commit(),
  ),
  define('branch-none-keys', kit =>
    kit
      .workflow()
      .branch([
        [always(kit, 'a', false), plus(kit, 'one')],
        [always(kit, 'b', true), kit.step('two', () => undefined)],
      ])
      .then(kit.step('end', ({ inputData }) => Object.keys(inputData as object)))
      .commit(),
  ),
];
