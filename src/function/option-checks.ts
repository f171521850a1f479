/**
 * Inngest's function options that `createWorkflow` takes, and what its server would refuse of each, or take and not do. The
 * server refuses an app as a whole and names no function; here the workflow and the option are named, when it is created.
 */
import type { FlowControl } from '../workflow/flow-control';
import { type OptionCheck, shown } from './option-problem';
import { expression, fields, list, oneOf, period, text, whole } from './option-shapes';
import { DAY, isWait } from './period';

/** Inngest cancels a function by five kinds of events at the most, and each workflow has two of its own. */
const OWN_CANCELLATIONS = 3;
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
  if (typeof value === 'object') return concurrencyEntry(value, at);
  return {
    at,
    what: `is ${shown(value)}`,
    remedy: 'Give a number, an object of limit, key, scope, or a list of two such objects.',
  };
};

const eventName: OptionCheck = (value, at) =>
  text(typeof value === 'object' ? (value as { name?: unknown } | null)?.name : value, at) && {
    at,
    what: `is ${shown(value)}`,
    remedy: 'Give the name of an event.',
  };

/** The SDK makes the condition `event.<path> == async.<path>` of it. */
const match: OptionCheck = (value, at) =>
  text(value, at) ??
  (expression('condition')(`event.${String(value)} == async.${String(value)}`, at) && {
    at,
    what: `is ${shown(value)}, which is no path that both events could have`,
    remedy: 'Give an `if` instead, such as "async.data.userId == event.data.inputData.userId".',
  });

const wait: OptionCheck = (value, at) =>
  isWait(value)
    ? undefined
    : {
        at,
        what: `is ${shown(value)}, which is no time to wait`,
        remedy: 'Give a text such as "30 minutes" or "2d", milliseconds, or a date.',
      };

const middleware: OptionCheck = (value, at) =>
  Array.isArray(value) ? undefined : { at, what: `is ${shown(value)}`, remedy: 'Give a list.' };

const onFailure: OptionCheck = (value, at) =>
  typeof value === 'function' ? undefined : { at, what: `is ${shown(value)}`, remedy: 'Give a function.' };

const checkpointing: OptionCheck = (value, at) =>
  typeof value === 'boolean' || (typeof value === 'object' && value !== null)
    ? undefined
    : { at, what: `is ${shown(value)}`, remedy: 'Give true, false, or an object of settings.' };

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
    {
      count: OWN_CANCELLATIONS,
      why: `Inngest takes five at the most, and run.cancel() and cancelled parents need two: ${OWN_CANCELLATIONS} are left.`,
    },
  ),
  idempotency: key,
  middleware,
  onFailure,
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
  checkpointing,
} satisfies Record<keyof FlowControl, OptionCheck>;
