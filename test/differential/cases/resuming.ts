/** Resuming a step of a sequence. Wrong resumes differ on purpose: test/runs has them. */
import type { Case, StepContext } from '../kit';
import { asks, asksAgain, resume } from './asking';
import { chain, define, echo, plus } from './parts';

export const resuming: Case[] = [
  define('resume-first', kit => chain(kit, [asks(kit, 'one'), echo(kit, 'later')]), {
    legs: [resume({ add: 1 }, { step: 'one' })],
  }),
  define('resume-middle', kit => chain(kit, [plus(kit, 'a'), asks(kit, 'b'), plus(kit, 'c')]), {
    legs: [resume({ add: 5 }, { step: 'b' })],
  }),
  define('resume-last', kit => chain(kit, [plus(kit, 'a'), asks(kit, 'b')]), { legs: [resume({ add: 1 })] }),
  define('resume-auto', kit => chain(kit, [asks(kit, 'one'), plus(kit, 'b')]), {
    legs: [resume({ add: 2 })],
  }),
  define('resume-path-array', kit => chain(kit, [asks(kit, 'one'), plus(kit, 'b')]), {
    legs: [resume({ add: 2 }, { step: ['one'] })],
  }),
  define('resume-label', kit => chain(kit, [plus(kit, 'a'), asks(kit, 'b', 'approval'), plus(kit, 'c')]), {
    legs: [resume({ add: 1 }, { label: 'approval' })],
  }),
  define('resume-twice', kit => chain(kit, [asks(kit, 'a'), asks(kit, 'b'), plus(kit, 'c')]), {
    legs: [resume({ add: 1 }), resume({ add: 2 })],
  }),
  define('resume-same-step-again', kit => chain(kit, [asksAgain(kit, 'a'), echo(kit, 'b')]), {
    legs: [resume({ times: 1 }), resume({ times: 2 }), resume({ done: true })],
  }),
  define(
    'resume-with-state',
    kit =>
      chain(
        kit,
        [
          kit.step('set', async ({ setState, inputData }) => {
            await setState({ seen: 1 });
            return inputData as unknown;
          }),
          asks(kit, 'one'),
          kit.step('look', ({ state }) => state as unknown),
        ],
        { stateSchema: kit.any },
      ),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-sets-state',
    kit =>
      chain(
        kit,
        [
          kit.step('one', async ({ suspend, resumeData, setState, state }) => {
            if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
            await setState({ ...(state as object), resumed: true });
            return {};
          }),
          kit.step('look', ({ state }) => state as unknown),
        ],
        { stateSchema: kit.any },
      ),
    { legs: [resume({ add: 1 })], start: { initialState: { from: 'start' } } },
  ),
  define(
    'resume-context-kept',
    kit =>
      chain(kit, [
        kit.step('set', ({ requestContext, inputData }) => {
          requestContext.set('who' as never, 'me' as never);
          return inputData as unknown;
        }),
        asks(kit, 'one'),
        kit.step('look', ({ requestContext }) => Object.fromEntries(requestContext.entries())),
      ]),
    { legs: [resume({ add: 1 })], start: { requestContext: { tenant: 't1', who: 'nobody' } } },
  ),
  define(
    'resume-context-overridden',
    kit =>
      chain(kit, [
        asks(kit, 'one'),
        kit.step('look', ({ requestContext }) => Object.fromEntries(requestContext.entries())),
      ]),
    {
      legs: [resume({ add: 1 }, {}, { requestContext: { tenant: 't2', more: 1 } })],
      start: { requestContext: { tenant: 't1', old: 1 } },
    },
  ),
  define(
    'resume-get-init-data',
    kit =>
      chain(kit, [
        plus(kit, 'a'),
        asks(kit, 'one'),
        kit.step('look', ({ getInitData, getStepResult }) => ({
          init: getInitData<unknown>(),
          a: getStepResult('a') as unknown,
        })),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-fails',
    kit =>
      chain(kit, [
        kit.step('one', async ({ suspend, resumeData }) => {
          if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
          throw Object.assign(new Error('resumed and broken'), { statusCode: 418 });
        }),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-bails',
    kit =>
      chain(kit, [
        kit.step('one', async ({ suspend, resumeData, bail }) => {
          if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
          return bail({ bailed: true } as never) as unknown;
        }),
        echo(kit, 'never'),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-schemas',
    kit =>
      chain(kit, [
        asks(kit, 'one', undefined, {
          resumeSchema: kit.z.object({ add: kit.z.number().default(7) }),
        }),
      ]),
    { legs: [resume({}, { step: 'one' })] },
  ),
  define(
    'resume-writes',
    kit =>
      chain(kit, [
        kit.step('one', async ({ suspend, resumeData, writer }) => {
          await writer.write({ resumed: Boolean(resumeData) });
          if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
          await writer.custom({ type: 'data-progress', data: { at: 1 } } as never);
          return {};
        }),
      ]),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-values',
    kit =>
      chain(kit, [
        kit.step('made', () => ({
          at: new Date(5),
          set: new Set([1]),
          map: new Map([['a', 1]]),
          none: undefined,
        })),
        kit.step('one', async ({ suspend, resumeData, inputData, suspendData }) => {
          if (!resumeData) return (await suspend({ when: new Date(7) } as never)) as unknown;
          return { inputData, resumeData, suspendData } as unknown;
        }),
        echo(kit, 'later'),
      ]),
    { legs: [resume({ at: new Date(9), set: new Set(['x']) })] },
  ),
  define(
    'resume-before-sleep',
    kit => kit.workflow().then(asks(kit, 'one')).sleep(20).then(plus(kit, 'b')).commit(),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-after-map',
    kit =>
      kit
        .workflow()
        .map(async () => ({ value: 40 }))
        .then(asks(kit, 'one'))
        .map(async ({ inputData }: StepContext) => ({ value: inputData.value * 2 }))
        .commit(),
    { legs: [resume({ add: 2 })] },
  ),
  define(
    'resume-callbacks',
    kit =>
      chain(kit, [asks(kit, 'one'), plus(kit, 'b')], {
        options: { onFinish: kit.fn('onFinish', async () => {}), onError: kit.fn('onError', async () => {}) },
      }),
    { legs: [resume({ add: 1 })] },
  ),
  define(
    'resume-resource',
    kit =>
      chain(kit, [
        asks(kit, 'one'),
        kit.step('look', ({ resourceId, runId }) => ({ resourceId, hasRun: Boolean(runId) })),
      ]),
    { legs: [resume({ add: 1 })], resourceId: 'user-1' },
  ),
];
