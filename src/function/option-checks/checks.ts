/**
 * Inngest's function options that `createWorkflow` takes, and what its server would refuse of each, or take and not do. The
 * server refuses an app as a whole and names no function; here the workflow and the option are named, when it is created.
 */
import { isRecord } from '../../wire/json';
import { DAY } from '../../wire/period';
import { type OptionCheck, wrong } from './problem';
import { expression, fields, list, oneOf, period, text, whole } from './shapes';
import { isWait } from './wait';

const WEEK = 7 * DAY;
const ANY = Number.MAX_SAFE_INTEGER;

const key = expression('key');
const limit = whole(
  1,
  ANY,
  'Give a whole number from 1. For no limit leave the option out: that is what Inngest takes a 0 for.',
);
const startLimit = {
  check: whole(1, ANY, 'Give a whole number from 1.'),
  required: 'Give a whole number from 1.',
};
const startPeriod = (max: number, range: string) => ({
  check: period(1000, max, range),
  required: `Give a text such as "10m", ${range}.`,
});

const concurrencyEntry: OptionCheck = (value, at) => {
  const wrong = fields({
    limit: { check: limit, required: 'Give a whole number from 1.' },
    key,
    scope: oneOf('fn', 'env', 'account'),
  })(value, at);
  if (wrong) return wrong;
  const { scope = 'fn', key: given } = value as { scope?: string; key?: string };
  if (scope === 'fn' || given !== undefined) return undefined;
  return {
    at: `${at}.scope`,
    what: `is "${scope}", and there is no key`,
    remedy: `Give a key, such as key: '"my-api"': the limit holds for all functions that have this key.`,
  };
};

const concurrency: OptionCheck = (value, at) => {
  if (typeof value === 'number') return limit(value, at);
  if (Array.isArray(value)) {
    return list(concurrencyEntry, { count: 2, why: 'Inngest takes two at the most.' })(value, at);
  }
  return isRecord(value)
    ? concurrencyEntry(value, at)
    : wrong(value, at, 'Give a number, an object of limit, key, scope, or a list of two such objects.');
};

const eventName: OptionCheck = (value, at) =>
  text(isRecord(value) ? value.name : value, at) && wrong(value, at, 'Give the name of an event.');

/** The SDK makes the condition `event.<path> == async.<path>` of it. */
const match: OptionCheck = (value, at) =>
  text(value, at) ??
  (expression('condition')(`event.${String(value)} == async.${String(value)}`, at) &&
    wrong(value, at, 'Give an `if` instead.', ', which is no path that both events could have'));

const wait: OptionCheck = (value, at) =>
  isWait(value)
    ? undefined
    : wrong(
        value,
        at,
        'Give a text such as "30 minutes" or "2d", milliseconds, or a date.',
        ', which is no time to wait',
      );

const when =
  (isRight: (value: unknown) => boolean, remedy: string): OptionCheck =>
  (value, at) =>
    isRight(value) ? undefined : wrong(value, at, remedy);

/** Each option and its check. */
export const OPTION_CHECKS = {
  name: text,
  concurrency,
  rateLimit: fields({ limit: startLimit, period: startPeriod(DAY, 'from 1 second to 24 hours'), key }),
  throttle: fields({
    limit: startLimit,
    period: startPeriod(WEEK, 'from 1 second to 7 days'),
    burst: whole(0, ANY, 'Give a whole number from 0.'),
    key,
  }),
  debounce: fields({
    period: startPeriod(WEEK, 'from 1 second to 7 days'),
    timeout: period(1, Infinity, 'longer than nothing'),
    key,
  }),
  priority: fields({ run: key }),
  cancelOn: list(
    fields({
      event: { check: eventName, required: 'Give the name of an event.' },
      if: expression('condition'),
      match,
      timeout: wait,
    }),
    { count: 5, why: 'Inngest takes five at the most.' },
  ),
  idempotency: key,
  middleware: when(Array.isArray, 'Give a list.'),
  onFailure: when(value => typeof value === 'function', 'Give a function.'),
  retries: whole(
    0,
    20,
    'Give a whole number from 0 to 20. A step’s own retries (createStep) have no such limit.',
  ),
  singleton: fields({
    mode: { check: oneOf('skip', 'cancel'), required: 'Give "skip" or "cancel".' },
    key,
  }),
  timeouts: fields({
    start: period(1, Infinity, 'longer than nothing'),
    finish: period(1, Infinity, 'longer than nothing'),
  }),
  checkpointing: when(
    value => typeof value === 'boolean' || isRecord(value),
    'Give true, false, or an object of settings.',
  ),
} satisfies Record<string, OptionCheck>;

/** The name of an option that is Inngest's. */
export type FunctionOption = keyof typeof OPTION_CHECKS;
