import type { Case } from '../kit';

export const sequence: Case[] = [
  {
    name: 'then-three',
    input: { value: 1 },
    build: kit =>
      kit
        .workflow()
        .then(kit.step('one', ({ inputData }) => ({ value: inputData.value + 1 })))
        .then(kit.step('two', ({ inputData }) => ({ value: inputData.value * 10 })))
        .then(kit.step('three', ({ inputData, getInitData }) => ({ all: [getInitData(), inputData] })))
        .commit(),
  },
  {
    name: 'then-throws',
    input: { value: 1 },
    build: kit =>
      kit
        .workflow({
          options: {
            onFinish: kit.fn('onFinish', async () => {}),
            onError: kit.fn('onError', async () => {}),
          },
        })
        .then(kit.step('one', () => ({ fine: true })))
        .then(
          kit.step('two', () => {
            throw Object.assign(new RangeError('too far', { cause: new Error('why') }), { code: 'E_FAR' });
          }),
        )
        .then(kit.step('never', () => ({})))
        .commit(),
  },
  {
    name: 'first-mix',
    input: { value: 1 },
    start: { initialState: { seen: [] }, requestContext: { user: 'ada' } },
    resourceId: 'resource-1',
    build: kit =>
      kit
        .workflow({ stateSchema: kit.any })
        .then(
          kit.step('state', async ({ state, setState, requestContext, resourceId }) => {
            await setState({ ...state, seen: [...state.seen, 'state'] });
            requestContext.set('step' as never, 'state' as never);
            return { resourceId, user: requestContext.get('user' as never) as unknown };
          }),
        )
        .then(kit.step('read', ({ state, requestContext }) => ({ state, context: requestContext.toJSON() })))
        .commit(),
  },
];
