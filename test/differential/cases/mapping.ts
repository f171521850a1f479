import { mapVariable } from '@mastra/core/workflows';
import type { Case, StepContext } from '../kit';
import { broken, chain, define, echo, plus } from './parts';

export const mapping: Case[] = [
  define('map-function', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one'))
      .map(kit.fn('mapper', async ({ inputData }: StepContext) => [inputData.value]))
      .then(echo(kit, 'two'))
      .commit(),
  ),
  define('map-first', kit =>
    kit
      .workflow()
      .map(kit.fn('mapper', async ({ getInitData }: StepContext) => ({ init: getInitData<unknown>() })))
      .commit(),
  ),
  define('map-last', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one'))
      .map(kit.fn('mapper', async ({ inputData }: StepContext) => inputData.value as number))
      .commit(),
  ),
  define('map-twice', kit =>
    kit
      .workflow()
      .map(kit.fn('first', async ({ inputData }: StepContext) => ({ value: inputData.value + 1 })))
      .map(kit.fn('second', async ({ inputData }: StepContext) => ({ value: inputData.value * 2 })))
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('map-with-id', kit =>
    kit
      .workflow()
      .map(
        kit.fn('mapper', async () => ({ a: 1 })),
        { id: 'my-map', description: 'mine', metadata: { a: 1 } },
      )
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('map-step-path', kit => {
    const one = kit.step('one', () => ({ deep: { list: [{ x: 5 }] }, flat: 'f' }));
    return kit
      .workflow()
      .then(one)
      .then(kit.step('two', () => ({ other: true })))
      .map({
        deep: { step: one, path: 'deep.list.0.x' },
        flat: mapVariable({ step: one, path: 'flat' } as never),
        whole: { step: one, path: '.' },
      })
      .then(echo(kit, 'end'))
      .commit();
  }),
  define('map-step-list', kit => {
    const yes = kit.step('yes', () => ({ from: 'yes' }));
    const no = kit.step('no', () => ({ from: 'no' }));
    return kit
      .workflow()
      .branch([
        [async () => false, no],
        [async () => true, yes],
      ])
      .map({ from: { step: [no, yes], path: 'from' } })
      .then(echo(kit, 'end'))
      .commit();
  }),
  define('map-init-data', kit => {
    const flow = kit.workflow();
    return flow
      .then(plus(kit, 'one'))
      .map({ first: { initData: flow, path: 'value' }, all: { initData: flow, path: '.' } })
      .then(echo(kit, 'end'))
      .commit();
  }),
  define('map-value', kit =>
    kit
      .workflow()
      .map({
        text: { value: 'a', schema: kit.any },
        list: { value: [1, 2], schema: kit.any },
        zero: { value: 0, schema: kit.any },
      })
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('map-template', kit =>
    kit
      .workflow()
      .then(kit.step('one', () => ({ name: 'ada', deep: { age: 36 } })))
      .map({ prompt: { template: 'Hello ${inputData.name}, ${inputData.deep.age}, ${initData.value}' } })
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define(
    'map-request-context',
    kit =>
      kit
        .workflow()
        .map({
          user: { requestContextPath: 'user', schema: kit.any },
          city: { requestContextPath: 'address.city', schema: kit.any },
        })
        .then(echo(kit, 'end'))
        .commit(),
    { start: { requestContext: { user: 'ada', address: { city: 'London' } } } },
  ),
  define('map-fn', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one'))
      .map({
        double: {
          fn: kit.fn('double', async ({ inputData }: StepContext) => inputData.value * 2),
          schema: kit.any,
        },
        init: {
          fn: kit.fn('init', async ({ getInitData }: StepContext) => getInitData<unknown>()),
          schema: kit.any,
        },
      })
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('map-missing-path', kit => {
    const one = kit.step('one', () => ({ a: 1 }));
    return kit
      .workflow()
      .then(one)
      .map({ b: { step: one, path: 'nothing.here' } })
      .then(echo(kit, 'end'))
      .commit();
  }),
  define('map-step-not-run', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one'))
      .map({ b: { step: plus(kit, 'elsewhere'), path: 'value' } })
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('map-throws', kit =>
    kit
      .workflow()
      .then(plus(kit, 'one'))
      .map(
        kit.fn('mapper', async () => {
          throw new RangeError('no mapping');
        }),
      )
      .then(echo(kit, 'never'))
      .commit(),
  ),
  define('map-retried', kit =>
    kit
      .workflow({ retryConfig: { attempts: 2, delay: 0 } })
      .map(
        kit.fn('mapper', async ({ retryCount }: StepContext) => {
          if (retryCount < 2) throw new RangeError(`no mapping ${retryCount}`);
          return { retryCount };
        }),
      )
      .commit(),
  ),
  define('map-after-parallel', kit =>
    kit
      .workflow()
      .parallel([plus(kit, 'a', 1), plus(kit, 'b', 2)])
      .map(
        kit.fn('mapper', async ({ inputData }: StepContext) => ({
          value: inputData.a.value + inputData.b.value,
        })),
      )
      .then(echo(kit, 'end'))
      .commit(),
  ),
  define('map-step-results', kit => {
    const one = plus(kit, 'one');
    return kit
      .workflow()
      .then(one)
      .then(plus(kit, 'two'))
      .map(
        kit.fn('mapper', async ({ getStepResult }: StepContext) => ({
          byId: getStepResult('one') as unknown,
          byStep: getStepResult(one),
          missing: getStepResult('none') as unknown,
        })),
      )
      .commit();
  }),
  define('map-after-failure-is-never-called', kit =>
    kit
      .workflow()
      .then(broken(kit, 'one'))
      .map(kit.fn('mapper', async () => 1))
      .commit(),
  ),
  define('map-in-nested', kit => {
    const inner = kit
      .child('inner')
      .map(kit.fn('inner-map', async ({ inputData }: StepContext) => ({ value: inputData.value + 5 })))
      .commit();
    return chain(kit, [inner, echo(kit, 'end')]);
  }),
];
