import type { Case, Kit } from '../kit';
import { broken, chain, child, define, echo, plus } from './parts';

/** What a lifecycle callback was told, kept where the comparison sees it: in the counted name. */
interface Told {
  status?: string;
  result?: unknown;
  error?: { message?: string; name?: string };
  steps?: Record<string, { status?: string }>;
  workflowId?: string;
  resourceId?: string;
  state?: unknown;
  stepExecutionPath?: string[];
  runId?: string;
  tripwire?: unknown;
  getInitData(): unknown;
  requestContext: { toJSON(): unknown };
}

function teller(kit: Kit, name: string) {
  return async (told: Told) => {
    const { status, result, error, steps, workflowId, resourceId, state, stepExecutionPath, tripwire } = told;
    const statuses = Object.entries(steps ?? {}).map(([id, step]) => `${id}:${step?.status}`);
    const seen = JSON.stringify({
      ...{ status, result, workflowId, resourceId, state, stepExecutionPath, tripwire },
      error: error && { name: error.name, message: error.message },
      steps: statuses.sort(),
      init: told.getInitData(),
      context: told.requestContext.toJSON(),
      run: typeof told.runId,
    });
    kit.fn(`${name} ${seen}`, () => {})();
  };
}

const persisting = (wanted: (status: string) => boolean) => ({
  shouldPersistSnapshot: ({ workflowStatus }: { workflowStatus: string }) => wanted(workflowStatus),
});

export const options: Case[] = [
  define(
    'callbacks-success',
    kit =>
      chain(kit, [plus(kit, 'one'), plus(kit, 'two')], {
        stateSchema: kit.any,
        options: {
          onStart: teller(kit, 'onStart'),
          onFinish: teller(kit, 'onFinish'),
          onError: teller(kit, 'onError'),
        },
      }),
    {
      resourceId: 'resource-1',
      start: { initialState: { a: 1 }, requestContext: { user: 'ada' } },
    },
  ),
  define('callbacks-failure', kit =>
    chain(kit, [plus(kit, 'one'), broken(kit, 'two')], {
      options: { onFinish: teller(kit, 'onFinish'), onError: teller(kit, 'onError') },
    }),
  ),
  define('callbacks-suspended', kit =>
    chain(kit, [kit.step('one', async ({ suspend }) => (await suspend({} as never)) as unknown)], {
      options: { onFinish: teller(kit, 'onFinish'), onError: teller(kit, 'onError') },
    }),
  ),
  define('callbacks-bailed', kit =>
    chain(kit, [kit.step('one', ({ bail }) => bail({ a: 1 } as never))], {
      options: { onFinish: teller(kit, 'onFinish') },
    }),
  ),
  define('callbacks-canceled', kit =>
    chain(
      kit,
      [
        kit.step('one', ({ abort }) => {
          abort();
          return {};
        }),
      ],
      { options: { onFinish: teller(kit, 'onFinish'), onError: teller(kit, 'onError') } },
    ),
  ),
  define('callbacks-throw', kit =>
    chain(kit, [broken(kit, 'one')], {
      options: {
        onFinish: kit.fn('onFinish', async () => {
          throw new Error('in onFinish');
        }),
        onError: kit.fn('onError', async () => {
          throw new Error('in onError');
        }),
      },
    }),
  ),
  define('callbacks-synchronous', kit =>
    chain(kit, [plus(kit, 'one')], {
      options: { onStart: kit.fn('onStart', () => {}), onFinish: kit.fn('onFinish', () => {}) },
    }),
  ),
  define('on-start-throws', kit =>
    chain(kit, [plus(kit, 'never')], {
      options: {
        onStart: kit.fn('onStart', async () => {
          throw new RangeError('not today');
        }),
        onFinish: kit.fn('onFinish', async () => {}),
        onError: kit.fn('onError', async () => {}),
      },
    }),
  ),
  define('persist-nothing', kit => chain(kit, [plus(kit, 'one')], { options: persisting(() => false) })),
  define('persist-nothing-failing', kit =>
    chain(kit, [broken(kit, 'one')], { options: persisting(() => false) }),
  ),
  define('persist-ends-only', kit =>
    chain(kit, [plus(kit, 'one')], {
      options: persisting(status => ['success', 'failed'].includes(status)),
    }),
  ),
  define('persist-all-but-the-end', kit =>
    chain(kit, [plus(kit, 'one')], { options: persisting(status => status !== 'success') }),
  ),
  define('persist-suspended-only', kit =>
    chain(kit, [kit.step('one', async ({ suspend }) => (await suspend({ a: 1 } as never)) as unknown)], {
      options: persisting(status => status === 'suspended'),
    }),
  ),
  define('persist-nothing-nested-first', kit =>
    chain(kit, [child(kit, 'inner', [plus(kit, 'one')]), plus(kit, 'two')], {
      options: persisting(() => false),
    }),
  ),
  define('run-persists-nothing', kit => chain(kit, [plus(kit, 'one'), plus(kit, 'two')]), {
    run: persisting(() => false),
  }),
  define('run-persists-nothing-failing', kit => chain(kit, [broken(kit, 'one')]), {
    run: persisting(() => false),
  }),
  define(
    'run-persists-nothing-nested-first',
    kit => chain(kit, [child(kit, 'inner', [plus(kit, 'one')]), plus(kit, 'two')]),
    { run: persisting(() => false) },
  ),
  define('run-persists-ends-only', kit => chain(kit, [plus(kit, 'one')]), {
    run: persisting(status => ['success', 'failed'].includes(status)),
  }),
  define('run-persists-all-but-the-end', kit => chain(kit, [plus(kit, 'one')]), {
    run: persisting(status => status !== 'success'),
  }),
  define(
    'run-persists-what-its-workflow-does-not',
    kit => chain(kit, [plus(kit, 'one')], { options: persisting(() => false) }),
    { run: persisting(() => true) },
  ),
  define(
    'run-persists-suspended-only',
    kit =>
      chain(kit, [
        kit.step('one', async ({ suspend, resumeData }) =>
          resumeData ? { value: 2 } : ((await suspend({ a: 1 } as never)) as unknown),
        ),
        plus(kit, 'two'),
      ]),
    {
      run: persisting(status => status === 'suspended'),
      legs: [{ call: 'resume', args: { step: 'one', resumeData: { go: true } } }],
    },
  ),
  define('prune-snapshot', kit =>
    chain(kit, [kit.step('one', () => ({ secret: 1, open: 2 })), echo(kit, 'two')], {
      options: {
        pruneSnapshot: ({ snapshot }: { snapshot: { context: Record<string, unknown> } }) => {
          const { one: _one, ...context } = snapshot.context;
          return { ...snapshot, context };
        },
      },
    }),
  ),
  define('retries-from-workflow', kit =>
    chain(kit, [shaky(kit, 'one', 2)], { retryConfig: { attempts: 2 } }),
  ),
  define('retries-from-step', kit => chain(kit, [shaky(kit, 'one', 2, { retries: 2 })])),
  define('retries-step-wins', kit =>
    chain(kit, [shaky(kit, 'one', 1, { retries: 1 })], { retryConfig: { attempts: 5 } }),
  ),
  define('retries-step-zero-wins', kit =>
    chain(kit, [shaky(kit, 'one', 1, { retries: 0 })], { retryConfig: { attempts: 5 } }),
  ),
  define('retries-used-up', kit => chain(kit, [shaky(kit, 'one', 5)], { retryConfig: { attempts: 2 } })),
  define('retries-with-delay', kit =>
    chain(kit, [shaky(kit, 'one', 2)], { retryConfig: { attempts: 2, delay: 10 } }),
  ),
  define('retries-of-several', kit =>
    chain(kit, [shaky(kit, 'one', 1), shaky(kit, 'two', 2)], { retryConfig: { attempts: 2 } }),
  ),
  define('retries-in-branch', kit =>
    kit
      .workflow({ retryConfig: { attempts: 1 } })
      .branch([[async () => true, shaky(kit, 'one', 1)]])
      .commit(),
  ),
  define('without-state-in-output', kit => chain(kit, [plus(kit, 'one')]), {
    start: { outputOptions: { includeState: false } },
  }),
];

function shaky(kit: Kit, id: string, failures: number, more: object = {}) {
  return kit.step(
    id,
    ({ retryCount }) => {
      if (retryCount < failures) throw new Error(`attempt ${retryCount}`);
      return { retryCount };
    },
    more,
  );
}
