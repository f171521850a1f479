import type { Case, StepContext } from '../kit';
import { broken, child, define, echo, plus, show } from './parts';

const until = (limit: number) => async (context: StepContext) => context.inputData.value >= limit;

/** Changes what it is given. */
const raising = async ({ inputData }: StepContext) => {
  inputData.value += 10;
  return inputData.value >= 30;
};

const raisingLength = async ({ inputData }: StepContext) => {
  inputData.value += 10;
  return 1;
};

const counting = async ({ state }: StepContext) => {
  const counted = state as { n: number };
  counted.n += 1;
  return counted.n >= 2;
};

export const loops: Case[] = [
  define('condition-changes-its-input', kit =>
    kit.workflow().dountil(plus(kit, 'turn'), kit.fn('enough', raising)).then(echo(kit, 'end')).commit(),
  ),
  define('condition-changes-its-input-nested', kit =>
    kit
      .workflow()
      .dountil(child(kit, 'body', [plus(kit, 'turn')]), kit.fn('enough', raising))
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('branch-condition-changes-its-input', kit =>
    kit
      .workflow()
      .then(plus(kit, 'before'))
      .branch([
        [kit.fn('raised', raising), plus(kit, 'no')],
        [kit.fn('all', async () => true), plus(kit, 'yes')],
      ])
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('sleep-changes-its-input', kit =>
    kit
      .workflow()
      .then(plus(kit, 'before'))
      .sleep(kit.fn('length', raisingLength))
      .then(plus(kit, 'after'))
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('concurrency-changes-its-input', kit =>
    kit
      .workflow()
      .then(kit.step('list', () => [{ value: 1 }, { value: 2 }]))
      .foreach(plus(kit, 'item'), {
        concurrency: ({ inputData }: { inputData: { value: number }[] }) => {
          for (const one of inputData) one.value += 10;
          return 1;
        },
      })
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define(
    'condition-changes-the-state',
    kit =>
      kit
        .workflow({ stateSchema: kit.any })
        .dountil(child(kit, 'body', [plus(kit, 'turn')]), kit.fn('enough', counting))
        .branch([[kit.fn('counted', counting), plus(kit, 'yes')]])
        .then(show(kit, 'end', ({ state }) => ({ state })))
        .commit(),
    { start: { initialState: { n: 0 } } },
  ),
  define(
    'condition-changes-the-state-of-a-step',
    kit =>
      kit
        .workflow({ stateSchema: kit.any })
        .dountil(plus(kit, 'turn'), kit.fn('enough', counting))
        .then(show(kit, 'end', ({ state }) => ({ state })))
        .commit(),
    { start: { initialState: { n: 0 } } },
  ),
  define('dountil-one-turn', kit =>
    kit
      .workflow()
      .dountil(plus(kit, 'turn'), kit.fn('enough', until(2)))
      .commit(),
  ),
  define('dountil-three-turns', kit =>
    kit
      .workflow()
      .dountil(plus(kit, 'turn'), kit.fn('enough', until(4)))
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('dountil-ten-turns', kit =>
    kit
      .workflow()
      .dountil(plus(kit, 'turn'), kit.fn('enough', until(11)))
      .commit(),
  ),
  define('dowhile-one-turn', kit =>
    kit
      .workflow()
      .dowhile(
        plus(kit, 'turn'),
        kit.fn('more', async () => false),
      )
      .commit(),
  ),
  define('dowhile-three-turns', kit =>
    kit
      .workflow()
      .dowhile(
        plus(kit, 'turn'),
        kit.fn('more', async ({ inputData }: StepContext) => inputData.value < 4),
      )
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('loop-after-step', kit =>
    kit
      .workflow()
      .then(plus(kit, 'before', 5))
      .dountil(plus(kit, 'turn'), kit.fn('enough', until(9)))
      .then(plus(kit, 'after', 100))
      .commit(),
  ),
  define('loop-iteration-count', kit =>
    kit
      .workflow()
      .dountil(
        plus(kit, 'turn'),
        kit.fn('count', async ({ iterationCount }: { iterationCount: number }) => iterationCount >= 3),
      )
      .commit(),
  ),
  define('loop-step-fails-in-turn-two', kit =>
    kit
      .workflow()
      .dountil(
        kit.step('turn', ({ inputData }) => {
          if (inputData.value === 2) throw new Error('two is too many');
          return { value: inputData.value + 1 };
        }),
        kit.fn('enough', until(5)),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('loop-condition-throws', kit =>
    kit
      .workflow()
      .dountil(
        plus(kit, 'turn'),
        kit.fn('throws', async () => {
          throw new RangeError('undecided');
        }),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('loop-condition-throws-in-turn-two', kit =>
    kit
      .workflow()
      .dowhile(
        plus(kit, 'turn'),
        kit.fn('throws', async ({ inputData }: StepContext) => {
          if (inputData.value === 3) throw new RangeError('undecided');
          return true;
        }),
      )
      .commit(),
  ),
  define('loop-synchronous-condition', kit =>
    kit
      .workflow()
      .dountil(
        plus(kit, 'turn'),
        kit.fn('now', ({ inputData }: StepContext) => inputData.value > 2),
      )
      .commit(),
  ),
  define('loop-truthy-condition', kit =>
    kit
      .workflow()
      .dountil(
        plus(kit, 'turn'),
        kit.fn('text', async () => 'yes'),
      )
      .dowhile(
        plus(kit, 'turn-2'),
        kit.fn('nothing', async () => undefined),
      )
      .commit(),
  ),
  define(
    'loop-condition-context',
    kit =>
      kit
        .workflow({ stateSchema: kit.any })
        .then(plus(kit, 'before'))
        .dountil(
          kit.step('turn', async ({ state, setState, inputData }) => {
            await setState({ turns: ((state.turns as number | undefined) ?? 0) + 1 });
            return { value: inputData.value + 1 };
          }),
          kit.fn('looks', async (context: StepContext) => {
            const { state, getInitData, getStepResult, requestContext, retryCount } = context;
            const seen = [getInitData<{ value: number }>().value, getStepResult('before') as unknown];
            const more = [requestContext.get('user' as never), retryCount];
            return state.turns === 2 && JSON.stringify([seen, more]) === '[[1,{"value":2}],["ada",-1]]';
          }),
        )
        .commit(),
    { start: { requestContext: { user: 'ada' } } },
  ),
  define('loop-condition-sees-own-step', kit =>
    kit
      .workflow()
      .dountil(
        plus(kit, 'turn'),
        kit.fn('own', async ({ getStepResult }: StepContext) => {
          const own = getStepResult('turn') as { value: number };
          return own.value >= 3;
        }),
      )
      .commit(),
  ),
  define('loop-condition-sets-context', kit =>
    kit
      .workflow()
      .dountil(
        plus(kit, 'turn'),
        kit.fn('sets', async ({ requestContext, inputData }: StepContext) => {
          requestContext.set('last' as never, inputData.value as never);
          return inputData.value >= 3;
        }),
      )
      .then(kit.step('end', ({ requestContext }) => requestContext.toJSON()))
      .commit(),
  ),
  define('loop-condition-aborts', kit =>
    kit
      .workflow()
      .dountil(
        plus(kit, 'turn'),
        kit.fn('aborts', async ({ abort, inputData }: StepContext) => {
          if (inputData.value === 3) abort();
          return false;
        }),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('loop-step-aborts', kit =>
    kit
      .workflow()
      .dowhile(
        kit.step('turn', ({ abort, inputData }) => {
          if (inputData.value === 2) abort();
          return { value: inputData.value + 1 };
        }),
        kit.fn('more', async () => true),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('loop-step-bails', kit =>
    kit
      .workflow()
      .dountil(
        kit.step('turn', ({ bail, inputData }) => {
          if (inputData.value === 3) return bail({ enough: true } as never) as unknown;
          return { value: inputData.value + 1 };
        }),
        kit.fn('enough', async () => false),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('loop-step-retried', kit =>
    kit
      .workflow({ retryConfig: { attempts: 2 } })
      .dountil(
        kit.step('turn', ({ retryCount, inputData }) => {
          if (retryCount < inputData.value) throw new Error('again');
          return { value: inputData.value + 1, retryCount };
        }),
        kit.fn('enough', until(3)),
      )
      .commit(),
  ),
  define('loop-predicate', kit =>
    kit
      .workflow()
      .dountil(plus(kit, 'turn'), {
        predicate: { op: 'gte', left: { path: 'inputData.value' }, right: { literal: 3 } },
      })
      .commit(),
  ),
  define('loop-nested', kit =>
    kit
      .workflow()
      .dountil(child(kit, 'body', [plus(kit, 'inner'), plus(kit, 'more')]), kit.fn('enough', until(5)))
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('loop-nested-fails', kit =>
    kit
      .workflow()
      .dountil(child(kit, 'body', [plus(kit, 'inner'), broken(kit, 'bad')]), kit.fn('enough', until(5)))
      .commit(),
  ),
  define('loop-nested-condition-throws', kit =>
    kit
      .workflow()
      .dountil(
        child(kit, 'body', [plus(kit, 'inner')]),
        kit.fn('throws', async () => {
          throw new Error('undecided');
        }),
      )
      .commit(),
  ),
  define('loop-twice', kit =>
    kit
      .workflow()
      .dountil(plus(kit, 'first'), kit.fn('enough', until(3)))
      .dowhile(
        plus(kit, 'second', 2),
        kit.fn('more', async ({ inputData }: StepContext) => inputData.value < 8),
      )
      .commit(),
  ),
  define('loop-in-nested', kit => {
    const inner = kit
      .child('inner')
      .dountil(plus(kit, 'turn'), kit.fn('enough', until(4)))
      .commit();
    return kit.workflow().then(inner).then(echo(kit, 'end')).commit();
  }),
  define('loop-described', kit =>
    kit
      .workflow()
      .dountil(plus(kit, 'turn'), kit.fn('enough', until(3)), { id: 'count', description: 'counts' })
      .commit(),
  ),
];
