/** Time travel: a run executed once more from one of its steps. */
import type { Case, LegCase, StepContext } from '../kit';
import { always, broken, chain, child, define, echo, plus } from './parts';

type Kit = Parameters<Case['build']>[0];

const travel = (step: unknown, args: object = {}): LegCase => ({
  call: 'timeTravel',
  args: { step, ...args },
});

/** Breaks the first time only. */
function breaksOnce(kit: Kit, id: string) {
  return kit.step(id, ({ inputData, requestContext }) => {
    if (!requestContext.get('mended' as never)) throw new Error('not yet');
    return { value: inputData.value * 10 };
  });
}

export const travelling: Case[] = [
  define('travel-to-first', kit => chain(kit, [plus(kit, 'a'), plus(kit, 'b')]), { legs: [travel('a')] }),
  define('travel-to-second', kit => chain(kit, [plus(kit, 'a'), plus(kit, 'b'), plus(kit, 'c')]), {
    legs: [travel('b')],
  }),
  define('travel-with-input', kit => chain(kit, [plus(kit, 'a'), plus(kit, 'b'), plus(kit, 'c')]), {
    legs: [travel('b', { inputData: { value: 100 } })],
  }),
  define('travel-twice', kit => chain(kit, [plus(kit, 'a'), plus(kit, 'b')]), {
    legs: [travel('b', { inputData: { value: 100 } }), travel('a', { inputData: { value: 7 } })],
  }),
  define('travel-after-failure', kit => chain(kit, [plus(kit, 'a'), breaksOnce(kit, 'b'), plus(kit, 'c')]), {
    legs: [{ ...travel('b'), requestContext: { mended: true } }],
  }),
  define('travel-and-fail', kit => chain(kit, [plus(kit, 'a'), broken(kit, 'b')]), { legs: [travel('b')] }),
  define('travel-with-context', kit => chain(kit, [plus(kit, 'a'), plus(kit, 'b'), plus(kit, 'c')]), {
    legs: [
      travel('c', {
        context: {
          a: { status: 'success', payload: { value: 1 }, output: { value: 50 } },
          b: { status: 'success', payload: { value: 50 }, output: { value: 60 } },
        },
      }),
    ],
  }),
  define(
    'travel-with-state',
    kit =>
      chain(kit, [plus(kit, 'a'), kit.step('b', ({ state }) => state as unknown)], { stateSchema: kit.any }),
    {
      legs: [travel('b', { initialState: { from: 'travel' } })],
    },
  ),
  define('travel-per-step', kit => chain(kit, [plus(kit, 'a'), plus(kit, 'b'), plus(kit, 'c')]), {
    legs: [travel('b', { perStep: true }), travel('c', { perStep: true })],
  }),
  define('travel-from-paused', kit => chain(kit, [plus(kit, 'a'), plus(kit, 'b')]), {
    start: { perStep: true },
    legs: [travel('b')],
  }),
  define(
    'travel-to-parallel',
    kit =>
      kit
        .workflow()
        .parallel([plus(kit, 'a'), plus(kit, 'b', 2)])
        .then(echo(kit, 'c'))
        .commit(),
    {
      legs: [travel('b')],
    },
  ),
  define(
    'travel-past-parallel',
    kit =>
      kit
        .workflow()
        .parallel([plus(kit, 'a'), plus(kit, 'b', 2)])
        .then(echo(kit, 'c'))
        .commit(),
    {
      legs: [travel('c')],
    },
  ),
  define(
    'travel-to-branch',
    kit =>
      kit
        .workflow()
        .branch([
          [always(kit, 'yes', true), plus(kit, 'a')],
          [always(kit, 'no', false), plus(kit, 'b')],
        ])
        .then(echo(kit, 'c'))
        .commit(),
    {
      legs: [travel('a')],
    },
  ),
  define(
    'travel-to-loop',
    kit =>
      kit
        .workflow()
        .then(plus(kit, 'a'))
        .dountil(
          plus(kit, 'turn'),
          kit.fn('enough', async ({ inputData }: StepContext) => inputData.value >= 4),
        )
        .commit(),
    {
      legs: [travel('turn', { inputData: { value: 1 } })],
    },
  ),
  define(
    'travel-to-foreach',
    kit => kit.workflow().foreach(plus(kit, 'each')).then(echo(kit, 'c')).commit(),
    {
      input: [{ value: 1 }, { value: 2 }],
      legs: [travel('each')],
    },
  ),
  define(
    'travel-past-sleep',
    kit => kit.workflow().then(plus(kit, 'a')).sleep(10, { id: 'nap' }).then(plus(kit, 'b')).commit(),
    {
      legs: [travel('b')],
    },
  ),
  define(
    'travel-to-nested',
    kit =>
      chain(kit, [plus(kit, 'a'), child(kit, 'inner', [plus(kit, 'one'), plus(kit, 'two')]), echo(kit, 'c')]),
    {
      legs: [travel('travel-to-nested-inner')],
    },
  ),
  define(
    'travel-into-nested',
    kit =>
      chain(kit, [plus(kit, 'a'), child(kit, 'inner', [plus(kit, 'one'), plus(kit, 'two')]), echo(kit, 'c')]),
    {
      legs: [travel(['travel-into-nested-inner', 'two'])],
    },
  ),
  define(
    'travel-into-nested-with-input',
    kit =>
      chain(kit, [plus(kit, 'a'), child(kit, 'inner', [plus(kit, 'one'), plus(kit, 'two')]), echo(kit, 'c')]),
    {
      legs: [travel('travel-into-nested-with-input-inner.two', { inputData: { value: 100 } })],
    },
  ),
  define(
    'travel-from-suspended',
    kit =>
      chain(kit, [
        plus(kit, 'a'),
        kit.step('b', async ({ suspend, resumeData }) => {
          if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
          return { resumeData } as unknown;
        }),
        echo(kit, 'c'),
      ]),
    {
      legs: [travel('a'), { call: 'resume', args: { resumeData: { ok: true } } }],
    },
  ),
  define(
    'travel-with-resume-data',
    kit =>
      chain(kit, [
        plus(kit, 'a'),
        kit.step('b', async ({ suspend, resumeData }) => {
          if (!resumeData) return (await suspend({ ask: 1 } as never)) as unknown;
          return { resumeData } as unknown;
        }),
        echo(kit, 'c'),
      ]),
    {
      legs: [travel('b', { resumeData: { ok: true } })],
    },
  ),
];
