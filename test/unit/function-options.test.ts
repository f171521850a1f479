import { ConsoleLogger } from '@mastra/core/logger';
import { Mastra } from '@mastra/core';
import { collectFunctions, createStep, init, inputKey, MastraInngestError, serve } from '@mastra/inngest';
import { Inngest } from 'inngest';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';

const inngest = new Inngest({ id: 'options', isDev: true, baseUrl: 'http://127.0.0.1:9' });
const { createWorkflow } = init(inngest);
const any = z.any();
const noop = createStep({ id: 'noop', inputSchema: any, outputSchema: any, execute: async () => ({}) });

function define(options: object, id = 'orders') {
  return createWorkflow({ id, inputSchema: any, outputSchema: any, ...(options as { retries?: 1 }) });
}

function refusal(options: object): string {
  try {
    define(options);
  } catch (error) {
    if (!MastraInngestError.is(error)) throw error;
    expect(error).toMatchObject({ code: 'INVALID_WORKFLOW_OPTION', workflowId: 'orders' });
    return error.message;
  }
  return 'taken';
}

const key = inputKey('userId');
const limited = { limit: 1, period: '1h' };
const entry = { event: 'app/gone' };

describe('taken', () => {
  test.each([
    [
      'concurrency',
      [5, { limit: 1, key }, { limit: 1, key: '"api"', scope: 'account' }, [{ limit: 9 }, { limit: 1, key }]],
    ],
    ['rateLimit', [limited, { limit: 1, period: '1d', key }, { limit: 3, period: '1h30m' }]],
    ['throttle', [limited, { limit: 1, period: '1s', burst: 0 }, { limit: 1, period: '7d', key }]],
    ['debounce', [{ period: '1s' }, { period: '7d', key, timeout: '30d' }]],
    ['priority', [{ run: 'event.data.inputData.vip == true ? 120 : 0' }, {}]],
    ['idempotency', [key, `${key} + "-" + event.data.resourceId`]],
    ['singleton', [{ mode: 'skip' }, { mode: 'cancel', key }]],
    ['timeouts', [{}, { start: '10s' }, { start: '1m', finish: '2w3d' }]],
    ['retries', [0, 3, 20]],
    ['cancelOn', [[], [entry], [{ ...entry, if: `async.data.userId == ${key}` }], [entry, entry, entry]]],
    [
      'cancelOn',
      [[{ ...entry, timeout: '30 mins' }, { ...entry, timeout: 5 }, { event: { name: 'app/gone' } }]],
    ],
    ['cancelOn', [[{ ...entry, match: 'data.runId', timeout: new Date() }]]],
    ['name', ['Orders']],
    ['onFailure', [() => {}]],
    ['middleware', [[]]],
    ['checkpointing', [true, false, { maxRuntime: '5s' }]],
  ])('%s', (option, values) => {
    for (const value of values) {
      expect(refusal({ [option]: value })).toBe('taken');
      expect(define({ [option]: value }).functionOptions).toEqual({ [option]: value });
    }
  });

  test('all that core’s createWorkflow takes, and an option that is undefined', () => {
    const core = {
      description: 'x',
      metadata: {},
      stateSchema: any,
      requestContextSchema: any,
      steps: [noop],
    };
    const more = { retryConfig: { attempts: 1 }, options: {}, type: 'default', executionEngine: undefined };
    expect(
      refusal({ ...core, ...more, mastra: undefined, rateLimit: undefined, concurency: undefined }),
    ).toBe('taken');
  });

  test('what is for schedules and triggers is not looked at here', () => {
    for (const name of ['cron', 'inputData', 'initialState', 'triggers']) {
      expect(refusal({ [name]: [] })).not.toContain('does not exist');
    }
  });
});

describe('refused', () => {
  test.each<[object, string]>([
    [{ concurency: 5 }, 'Workflow orders: the option concurency does not exist. Did you mean "concurrency"?'],
    [{ RateLimit: limited }, 'Did you mean "rateLimit"?'],
    [{ inputSchemas: any }, 'Did you mean "inputSchema"?'],
    [{ timeout: '1h' }, 'Did you mean "timeouts"?'],
    [{ bananas: 4 }, 'the option bananas does not exist. Neither Mastra'],
    [{ constructor: 4 }, 'the option constructor does not exist'],
    [{ optimizeParallelism: false }, 'the option optimizeParallelism is not taken'],
    [{ experimentalCheckpointing: true }, 'It is called "checkpointing" now.'],

    [{ concurrency: 'x' }, 'the option concurrency is "x". Give a number, an object'],
    [
      { concurrency: 0 },
      'the option concurrency is 0. Give a whole number from 1. For no limit leave the option out',
    ],
    [{ concurrency: null }, 'the option concurrency is null.'],
    [{ concurrency: { limit: -1 } }, 'the option concurrency.limit is -1.'],
    [{ concurrency: { limit: 1.5 } }, 'the option concurrency.limit is 1.5.'],
    [{ concurrency: {} }, 'the option concurrency.limit is missing.'],
    [{ concurrency: { limt: 5 } }, 'the option concurrency.limt does not exist. Did you mean "limit"?'],
    [
      { concurrency: { limit: 1, scope: 'planet' } },
      'concurrency.scope is "planet". Give "fn" or "env" or "account".',
    ],
    [{ concurrency: { limit: 1, scope: 'env' } }, 'concurrency.scope is "env", and there is no key.'],
    [{ concurrency: [{ limit: 1 }, { limit: 0 }] }, 'the option concurrency[1].limit is 0.'],
    [
      { concurrency: [1, 2, 3].map(limit => ({ limit })) },
      'concurrency has 3 entries. Inngest takes two at the most.',
    ],
    [
      { concurrency: { limit: 1, key: 'user.id' } },
      'concurrency.key is the expression "user.id", which Inngest refuses: there is no user',
    ],

    [
      { rateLimit: { limit: 1, period: '4 bananas' } },
      'the option rateLimit.period is "4 bananas", which is no period of time. Give a text such as "30s"',
    ],
    [
      { rateLimit: { limit: 1, period: '25h' } },
      'rateLimit.period is "25h", and Inngest takes from 1 second to 24 hours.',
    ],
    [{ rateLimit: { limit: 1, period: '-5m' } }, 'which is no period of time'],
    [{ rateLimit: { limit: 0, period: '1h' } }, 'rateLimit.limit is 0.'],
    [
      { rateLimit: { limit: 1 } },
      'rateLimit.period is missing. Give a text such as "10m", from 1 second to 24 hours.',
    ],
    [
      { rateLimit: { ...limited, key: '' } },
      'rateLimit.key is the expression "", which Inngest refuses: it ends too early',
    ],
    [{ rateLimit: 5 }, 'the option rateLimit is 5. Give an object of limit, period, key.'],
    [
      { throttle: { limit: 1, period: '8d' } },
      'throttle.period is "8d", and Inngest takes from 1 second to 7 days.',
    ],
    [{ throttle: { limit: 1, period: '100ms' } }, 'throttle.period is "100ms"'],
    [{ throttle: { ...limited, burst: -1 } }, 'throttle.burst is -1.'],
    [{ throttle: { ...limited, key: 'a +' } }, 'throttle.key'],
    [{ debounce: { period: '500ms' } }, 'debounce.period is "500ms"'],
    [{ debounce: { period: '8d' } }, 'debounce.period is "8d"'],
    [
      { debounce: { period: '1s', timeout: 'soon' } },
      'debounce.timeout is "soon", which is no period of time',
    ],
    [{ debounce: {} }, 'debounce.period is missing.'],

    [{ priority: 5 }, 'the option priority is 5.'],
    [{ priority: { run: 5 } }, 'the option priority.run is 5.'],
    [
      { priority: { run: 'event.data.priority ?? 50' } },
      'priority.run is the expression "event.data.priority ?? 50", which Inngest refuses: there is an unexpected ?',
    ],
    [{ idempotency: 'event.data.a +' }, 'idempotency is the expression "event.data.a +"'],
    [{ idempotency: key, rateLimit: limited }, 'the option rateLimit has no effect beside idempotency'],
    [{ singleton: { mode: 'lock' } }, 'singleton.mode is "lock". Give "skip" or "cancel".'],
    [{ singleton: { key } }, 'singleton.mode is missing.'],
    [{ timeouts: { finish: '4 bananas' } }, 'timeouts.finish is "4 bananas"'],
    [{ timeouts: { start: 5 } }, 'timeouts.start is 5'],
    [{ timeouts: { end: '5s' } }, 'timeouts.end does not exist. It takes start, finish.'],

    [{ cancelOn: entry }, 'the option cancelOn is an object. Give a list.'],
    [{ cancelOn: [{}] }, 'the option cancelOn[0].event is missing.'],
    [{ cancelOn: [entry, { event: 5 }] }, 'the option cancelOn[1].event is 5.'],
    [
      { cancelOn: [entry, entry, entry, entry] },
      'cancelOn has 4 entries. Inngest takes five at the most, and run.cancel()',
    ],
    [
      { cancelOn: [entry, entry, entry, entry, entry, entry] },
      'cancelOn has 6 entries. Inngest takes five at the most.',
    ],
    [
      { cancelOn: [{ ...entry, if: 'event.data.l.exists(x, x == 1)' }] },
      'cancelOn[0].if is the expression "event.data.l.exists(x, x == 1)", which Inngest refuses: Inngest calls no function',
    ],
    [{ cancelOn: [{ ...entry, match: 'data.order-id' }] }, 'cancelOn[0].match is "data.order-id"'],
    [
      { cancelOn: [{ ...entry, timeout: '4 bananas' }] },
      'cancelOn[0].timeout is "4 bananas", which is no time to wait',
    ],
    [{ cancelOn: [{ ...entry, timeout: '1h30m' }] }, 'cancelOn[0].timeout is "1h30m"'],

    [{ retries: 99 }, 'the option retries is 99. Give a whole number from 0 to 20.'],
    [{ retries: -1 }, 'the option retries is -1.'],
    [{ retries: 1.5 }, 'the option retries is 1.5.'],
    [{ retries: '3' }, 'the option retries is "3".'],
    [{ name: '' }, 'the option name is "".'],
    [{ onFailure: 'call me' }, 'the option onFailure is "call me". Give a function.'],
    [{ middleware: () => {} }, 'the option middleware is a function. Give a list.'],
    [{ checkpointing: 'yes' }, 'the option checkpointing is "yes".'],
  ])('%j: %s', (options, message) => {
    expect(refusal(options)).toContain(message);
  });
});

describe('inputKey', () => {
  test.each([
    ['userId', 'event.data.inputData.userId'],
    ['user.id', 'event.data.inputData.user.id'],
    ['order-id', 'event.data.inputData["order-id"]'],
    ['a.in.b', 'event.data.inputData.a["in"].b'],
    ['a.0', 'event.data.inputData.a["0"]'],
    ['say "hi"\n', 'event.data.inputData["say \\"hi\\"\\n"]'],
  ])('%j is %s, which is an expression', (path, expected) => {
    expect(inputKey(path)).toBe(expected);
    expect(refusal({ idempotency: inputKey(path) })).toBe('taken');
  });

  test.each(['', '.', 'a..b', 'a.', undefined])('%j is refused', path => {
    expect(() => inputKey(path as string)).toThrow(/inputKey\(.*the path has an empty part/);
  });
});

describe('keys that no start event has', () => {
  function warnings(options: object, nested = false): string[] {
    const logger = new ConsoleLogger();
    const warn = vi.spyOn(logger, 'warn').mockImplementation(() => {});
    const inner = define(options).then(noop).commit();
    const workflow = nested ? define({}, 'outer').then(inner).commit() : inner;
    collectFunctions({ mastra: new Mastra({ workflows: { workflow }, logger }) });
    return warn.mock.calls.map(([message]) => String(message));
  }

  test('are warned of when the app is served, with what was probably meant', () => {
    expect(warnings({ concurrency: { limit: 1, key: 'event.data.userId' } })).toEqual([
      'Workflow orders: the option concurrency.key reads event.data.userId, which no event that starts it has; start() puts ' +
        'the input below event.data.inputData: use inputKey("userId").',
    ]);
  });

  test('also in a nested workflow, in brackets, in a part of an expression, and in a condition', () => {
    const options = {
      concurrency: [{ limit: 5 }, { limit: 1, key: 'lowercase(event["data"]["userId"])' }],
      priority: { run: 'has(event.data.vip) ? 1 : event.data.inputData.rank' },
      cancelOn: [{ event: 'app/gone', if: 'event.data.userId == async.data.userId' }],
    };
    expect(warnings(options, true).map(text => /option (\S+) reads (\S+),/.exec(text)?.slice(1))).toEqual([
      ['concurrency[1].key', 'event.data.userId'],
      ['priority.run', 'event.data.vip'],
      ['cancelOn[0].if', 'event.data.userId'],
    ]);
  });

  test('are not warned of where events of one’s own start the workflow, too', () => {
    const options = { concurrency: { limit: 1, key: 'event.data.userId' } };
    expect(warnings({ ...options, triggers: [{ event: 'order/created' }] })).toEqual([]);
    expect(warnings({ ...options, cron: '0 9 * * *' })).toHaveLength(1);
  });

  test('what an event has is not warned of', () => {
    const paths = [
      'inputData.a.b',
      'runId',
      'resourceId',
      'initialState.x',
      'requestContext.user',
      'mastra.parentRun',
    ];
    const source = ['event.id', 'event.ts', 'event.name', ...paths.map(path => `event.data.${path}`)].join(
      ' + ',
    );
    expect(
      warnings({ idempotency: source, cancelOn: [{ event: 'a', if: 'async.data.x == event.data.runId' }] }),
    ).toEqual([]);
  });

  test('a second event is known to conditions alone', () => {
    expect(warnings({ idempotency: 'async.data.x' })[0]).toContain(
      'only a condition of cancelOn knows a second event',
    );
  });
});

test('functions of one’s own are warned of by name, since Inngest would refuse the app and name none', () => {
  const logger = new ConsoleLogger();
  const warn = vi.spyOn(logger, 'warn').mockImplementation(() => {});
  const trigger = { triggers: [{ event: 'a/b' }] };
  const functions = [
    inngest.createFunction({ ...trigger, id: 'good', rateLimit: { limit: 1, period: '1h' } }, async () => 1),
    inngest.createFunction({ id: 'odd', triggers: [{ event: 'a/b', if: 'user.id == 1' }] }, async () => 1),
    inngest.createFunction({ ...trigger, id: 'bad', rateLimit: { limit: 1, period: '25h' } }, async () => 1),
  ];
  serve({ mastra: new Mastra({ logger }), inngest, functions });
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    expect.stringContaining(
      'Function odd: the option triggers[0].if is the expression "user.id == 1", which Inngest refuses',
    ),
    'Function bad: the option rateLimit.period is "25h", and Inngest takes from 1 second to 24 hours. Give a text such as "30s", ' +
      '"10m" or "1h30m", from 1 second to 24 hours. Inngest may refuse the whole app for it.',
  ]);
});

test('the function that continues runs has none of the options that hold up or drop starts', () => {
  const starts = {
    rateLimit: limited,
    throttle: limited,
    debounce: { period: '1s' },
    singleton: { mode: 'skip' },
  };
  const both = {
    concurrency: 5,
    retries: 3,
    priority: { run: '1' },
    checkpointing: false,
    cancelOn: [entry],
  };
  const workflow = define({ ...starts, ...both, name: 'Orders', timeouts: { start: '1m', finish: '1h' } });
  const optsOf = (made: object) => (made as { opts: Record<string, unknown> }).opts;
  const [first, later] = [workflow.getFunction(), workflow.getResumeFunction()].map(optsOf);
  expect(first).toMatchObject({
    ...starts,
    retries: 3,
    name: 'Orders',
    timeouts: { start: '1m', finish: '1h' },
  });
  for (const option of Object.keys(starts)) expect(later).not.toHaveProperty(option);
  expect(later).toMatchObject({
    ...both,
    name: 'Orders (resume)',
    cancelOn: expect.arrayContaining([entry]),
  });
  expect(later?.timeouts).toEqual({ finish: '1h' });
  const none = optsOf(define({ idempotency: key, timeouts: { start: '1m' } }).getResumeFunction());
  expect(none).not.toHaveProperty('idempotency');
  expect(none).not.toHaveProperty('timeouts');
});
