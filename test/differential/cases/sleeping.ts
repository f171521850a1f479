import type { Case, StepContext } from '../kit';
import { child, define, echo, plus } from './parts';

const soon = (milliseconds = 10) => new Date(Date.now() + milliseconds);

export const sleeping: Case[] = [
  define('sleep-value', kit => kit.workflow().sleep(5).then(echo(kit, 'after')).commit()),
  define('sleep-named', kit => kit.workflow().sleep(5, { id: 'nap' }).then(echo(kit, 'after')).commit()),
  define('sleep-last', kit => kit.workflow().then(plus(kit, 'one')).sleep(5).commit()),
  define('sleep-twice', kit => kit.workflow().sleep(5).sleep(5).then(echo(kit, 'after')).commit()),
  define('sleep-zero', kit => kit.workflow().sleep(0).then(echo(kit, 'after')).commit()),
  define('sleep-negative', kit => kit.workflow().sleep(-5).then(echo(kit, 'after')).commit()),
  define('sleep-function', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one', 4))
      .sleep(kit.fn('how-long', async ({ inputData }: StepContext) => inputData.value as number))
      .then(echo(kit, 'after'))
      .commit(),
  ),
  define('sleep-function-zero', kit =>
    kit
      .workflow()
      .sleep(kit.fn('how-long', async () => 0))
      .then(echo(kit, 'after'))
      .commit(),
  ),
  define('sleep-function-nothing', kit =>
    kit
      .workflow()
      .sleep(kit.fn('how-long', async () => undefined))
      .then(echo(kit, 'after'))
      .commit(),
  ),
  define('sleep-function-throws', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one'))
      .sleep(
        kit.fn('how-long', async () => {
          throw new RangeError('for ever?');
        }),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('sleep-function-sees', kit =>
    kit
      .workflow({ stateSchema: kit.any })
      .then(
        kit.step('one', async ({ setState }) => {
          await setState({ pause: 3 });
          return { value: 2 };
        }),
      )
      .sleep(
        kit.fn('how-long', async ({ inputData, state, getInitData, getStepResult }: StepContext) => {
          const init = getInitData<{ value: number }>().value;
          const one = getStepResult('one') as { value: number };
          return inputData.value + (state.pause as number) + init + one.value;
        }),
      )
      .then(kit.step('after', ({ state }) => state as unknown))
      .commit(),
  ),
  define('sleep-function-sets-state', kit =>
    kit
      .workflow({ stateSchema: kit.any })
      .sleep(
        kit.fn('how-long', async ({ setState, state }: StepContext) => {
          await setState({ ...(state as object), slept: true });
          return 2;
        }),
      )
      .then(kit.step('after', ({ state }) => state as unknown))
      .commit(),
  ),
  define('sleep-function-sets-context', kit =>
    kit
      .workflow()
      .sleep(
        kit.fn('how-long', async ({ requestContext }: StepContext) => {
          requestContext.set('slept' as never, true as never);
          return 2;
        }),
      )
      .then(kit.step('after', ({ requestContext }) => requestContext.toJSON()))
      .commit(),
  ),
  define('sleep-function-aborts', kit =>
    kit
      .workflow()
      .sleep(
        kit.fn('how-long', async ({ abort }: StepContext) => {
          abort();
          return 2;
        }),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('sleep-until-value', kit => kit.workflow().sleepUntil(soon()).then(echo(kit, 'after')).commit()),
  define('sleep-until-past', kit => kit.workflow().sleepUntil(new Date(0)).then(echo(kit, 'after')).commit()),
  define('sleep-until-function', kit =>
    kit
      .workflow()
      .sleepUntil(
        kit.fn('when', async () => soon()),
        { id: 'until' },
      )
      .then(echo(kit, 'after'))
      .commit(),
  ),
  define('sleep-until-function-throws', kit =>
    kit
      .workflow()
      .sleepUntil(
        kit.fn('when', async () => {
          throw new Error('never');
        }),
      )
      .commit(),
  ),
  define('sleep-until-function-past', kit =>
    kit
      .workflow()
      .sleepUntil(kit.fn('when', async () => new Date(1000)))
      .then(echo(kit, 'after'))
      .commit(),
  ),
  define('sleep-then-map', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one'))
      .sleep(3)
      .map(kit.fn('mapper', async ({ inputData }: StepContext) => ({ mapped: inputData.value as number })))
      .commit(),
  ),
  define('sleep-between-parallels', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a'), plus(kit, 'b')])
      .sleep(3)
      .parallel([echo(kit, 'c'), echo(kit, 'd')])
      .commit(),
  ),
  define('sleep-in-nested', kit => {
    const inner = kit.child('inner').then(plus(kit, 'one')).sleep(3).then(plus(kit, 'two')).commit();
    return kit.workflow().then(inner).then(echo(kit, 'end')).commit();
  }),
  define('sleep-first-in-nested', kit => {
    const inner = kit.child('inner').sleep(3).then(plus(kit, 'two')).commit();
    return kit.workflow().then(inner).then(echo(kit, 'end')).commit();
  }),
  define('sleep-between-nested', kit =>
    kit
      .workflow()
      .then(child(kit, 'first', [plus(kit, 'one')]))
      .sleep(3)
      .then(child(kit, 'second', [plus(kit, 'two')]))
      .commit(),
  ),
];
