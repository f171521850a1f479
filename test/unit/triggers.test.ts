/** What starts a workflow by itself: how it is registered with Inngest, and what is refused when the workflow is made. */
import { cloneWorkflow, createStep, init, MastraInngestError } from '@mastra/inngest';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { makeClient } from '../support/sdk';

const { createWorkflow } = init(makeClient({ id: 'triggers' }));
const input = z.object({ value: z.number() });
const step = createStep({
  id: 'step',
  inputSchema: input,
  outputSchema: input,
  execute: async () => ({ value: 1 }),
});

/** As from JavaScript, where nothing but the check itself stands in the way. */
const create = createWorkflow as unknown as (params: object) => ReturnType<typeof createWorkflow>;

const define = (options: object) =>
  create({ id: 'w', inputSchema: input, outputSchema: input, ...options })
    .then(step as never)
    .commit() as unknown as { getFunctions(): Registered[] };

interface Registered {
  id(prefix?: string): string;
  opts: { triggers: object[]; name?: string; rateLimit?: object };
}

/** The triggers of each function, as the SDK is given them. */
const registered = (options: object) =>
  Object.fromEntries(
    define(options)
      .getFunctions()
      .map(one => [one.id(), one.opts.triggers]),
  );

function refusal(options: object): string {
  try {
    define(options);
  } catch (error) {
    if (MastraInngestError.is(error) && error.code === 'INVALID_WORKFLOW_OPTION') return error.message;
    throw error;
  }
  return 'not refused';
}

/** Of what was sent to this app, or to none by name. */
const forApp = (event: string) => ({
  event,
  if: 'event.data.mastra.app == null || event.data.mastra.app == "triggers"',
});

const OWN = forApp('workflow.w');
const RESUME = { 'workflow.w.resume': [forApp('workflow.w.resume')] };

test('one schedule is a trigger of the workflow’s function, whichever option it comes with', () => {
  const expected = (cron: string) => ({ 'workflow.w': [OWN, { cron }], ...RESUME });
  expect(registered({ cron: '0 9 * * *', inputData: { value: 1 }, initialState: {} })).toEqual(
    expected('0 9 * * *'),
  );
  const berlin = {
    cron: '0 9 * * *',
    timezone: 'Europe/Berlin',
    inputData: { value: 1 },
    metadata: { a: 1 },
  };
  expect(registered({ schedule: berlin })).toEqual(expected('TZ=Europe/Berlin 0 9 * * *'));
  expect(registered({ schedule: [{ ...berlin, id: 'a' }] })).toEqual(expected('TZ=Europe/Berlin 0 9 * * *'));
  expect(registered({ triggers: [{ cron: '0 9 * * *' }] })).toEqual(expected('0 9 * * *'));
  expect(registered({ schedule: [] })).toEqual({ 'workflow.w': [OWN], ...RESUME });
});

test('several schedules have a function each, which has the options of the workflow’s', () => {
  const options = {
    name: 'Report',
    rateLimit: { limit: 1, period: '1h' },
    cron: '0 9 * * *',
    inputData: { value: 1 },
    schedule: [{ id: 'north', cron: '0 9 * * *', inputData: { value: 2 } }],
    triggers: [
      { id: 'south', cron: '0 9 * * *', timezone: 'UTC', inputData: { value: 3 } },
      { event: 'a/b' },
    ],
  };
  expect(registered(options)).toEqual({
    'workflow.w': [OWN, { event: 'a/b' }],
    ...RESUME,
    'workflow.w.cron.cron': [{ cron: '0 9 * * *' }],
    'workflow.w.cron.north': [{ cron: '0 9 * * *' }],
    'workflow.w.cron.south': [{ cron: 'TZ=UTC 0 9 * * *' }],
  });
  const south = define(options)
    .getFunctions()
    .find(one => one.id() === 'workflow.w.cron.south');
  expect(south?.opts).toMatchObject({ name: 'Report (south)', rateLimit: { limit: 1, period: '1h' } });
});

test('events of one’s own are triggers of the workflow’s function, with their condition', () => {
  const typed = { event: 'order/paid', name: 'order/paid', schema: undefined };
  const triggers = [
    { event: 'order/created', if: 'event.data.total > 1' },
    { event: { name: 'order/sent' } },
    typed,
  ];
  expect(registered({ triggers })).toEqual({
    'workflow.w': [
      OWN,
      { event: 'order/created', if: 'event.data.total > 1' },
      { event: 'order/sent' },
      { event: 'order/paid' },
    ],
    ...RESUME,
  });
});

test('a clone is not started by what starts its original', () => {
  const clone = cloneWorkflow(define({ cron: '0 9 * * *', triggers: [{ event: 'a/b' }] }) as never, {
    id: 'copy',
  });
  const [own] = (clone as unknown as { getFunctions(): Registered[] }).getFunctions();
  expect(own?.opts.triggers).toEqual([forApp('workflow.copy')]);
});

const cron = '0 9 * * *';
const same = () => ({ value: 1 });

test.each<[string, object, RegExp]>([
  ['a bad cron', { cron: '0 25 * * *' }, /"0 25 \* \* \*" that has "25" as its hour/],
  ['a bad cron in a schedule', { schedule: { cron: '@daily' } }, /five fields/],
  ['a bad time zone', { schedule: { cron, timezone: 'Mars/Olympus' } }, /Mars\/Olympus/],
  ['a schedule without a cron', { schedule: {} }, /no text/],
  ['a schedule that is none', { schedule: 'daily' }, /no object/],
  ['a misspelt field', { schedule: { cron, timeZone: 'Europe/Berlin' } }, /"timeZone"/],
  ['an input without a cron', { inputData: { value: 1 } }, /without a cron/],
  ['an input that can’t be sent', { cron, inputData: { value: () => 1 } }, /\$\.inputData\.value/],
  ['a list of schedules without ids', { schedule: [{ cron }] }, /no id/],
  [
    'two schedules with one id',
    {
      schedule: [
        { id: 'a', cron },
        { id: 'a', cron },
      ],
    },
    /id of its own/,
  ],
  ['an id that is no name', { schedule: { id: "it's", cron } }, /"it's"/],
  ['a request context that is none', { schedule: { cron, requestContext: 5 } }, /requestContext/],
  ['two schedules without ids', { cron, triggers: [{ cron }] }, /id of its own/],
  ['triggers that are no list', { triggers: { event: 'a/b' } }, /no list/],
  ['a trigger that is neither', { triggers: [{}] }, /neither/],
  ['a trigger that is both', { triggers: [{ event: 'a/b', cron }] }, /neither/],
  ['an event without a name', { triggers: [{ event: '' }] }, /no name/],
  ['an input that is no function', { triggers: [{ event: 'a/b', input: {} }] }, /no function/],
  ['a condition that is no text', { triggers: [{ event: 'a/b', if: () => true }] }, /no text/],
  [
    'a condition that is no expression',
    { triggers: [{ event: 'a/b', if: 'event.data.x ==' }] },
    /Inngest refuses/,
  ],
  ['the workflow’s own event', { triggers: [{ event: 'workflow.w' }] }, /workflow\.w/],
  ['the event that continues runs', { triggers: [{ event: 'workflow.w.resume' }] }, /resume/],
  ['Inngest’s own timer', { triggers: [{ event: 'inngest/scheduled.timer' }] }, /scheduled\.timer/],
  ['one event twice', { triggers: [{ event: 'a/b' }, { event: 'a/b' }] }, /twice/],
  [
    'one event with two inputs',
    {
      triggers: [
        { event: 'a/b', if: 'true' },
        { event: 'a/b', input: same },
      ],
    },
    /a\/b/,
  ],
  [
    'a pattern over another input',
    { triggers: [{ event: 'a/b' }, { event: 'a/*', input: same }] },
    /may fit/,
  ],
  ['eleven triggers', { triggers: [...'abcdefghij'].map(event => ({ event })) }, /at most 10/],
])('%s is refused', (_what, options, message) => {
  expect(refusal(options)).toMatch(message);
});

test('patterns and conditions over one input are no ambiguity', () => {
  const triggers = [
    { event: 'a/b', if: 'event.data.x == 1', input: same },
    { event: 'a/b', if: 'event.data.x == 2', input: same },
    { event: 'a/*', input: same },
    { event: 'b/*' },
  ];
  expect(registered({ triggers })['workflow.w']).toHaveLength(5);
});
