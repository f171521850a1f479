import { Cron } from 'croner';
import { periodOf } from '../../wire/period';
import { Problem } from '../errors';
import type { Trigger } from '../state/types';

/** Why a schedule can't be registered. */
class ScheduleProblem extends Problem {}

const second = 1000;
const longestText = 255;
const shortestJitter = second;
const longestJitter = 5 * 60 * second;

const value = String.raw`(?:\d{1,2}|[A-Za-z]{3})`;
/** A field as the real server reads it: croner also knows last days, nth weekdays and the like. */
const field = new RegExp(String.raw`^(?:(?:[*?]|${value}(?:-${value})?)(?:/\d+)?(?:,(?!$)|$))+$`);
/** Sunday is 0 only. */
const seventhDay = /(?:^|[,-])0?7(?:$|[,/-])/;

/** The due times of a cron expression: five fields, with a time zone before them if it says `TZ=Europe/Berlin`. */
export class Schedule {
  readonly #cron: Cron;

  /** @throws ScheduleProblem for what the real server does not take either */
  constructor(readonly source: string) {
    const { zone, fields } = split(source);
    const known =
      fields.length === 5 && fields.every(one => field.test(one)) && !seventhDay.test(fields[4] ?? '');
    if (!known || source.length > longestText)
      throw new ScheduleProblem(`'${source}' isn't a valid cron schedule`);
    // The first field is "at second 0". Written as a step, it makes croner take clocks literally where they are
    // put forward or back, as the real server does: a time that does not exist is left out, and one that comes
    // twice is due twice.
    const pattern = ['*/60', ...fields.map(one => one.replaceAll('?', '*'))].join(' ');
    try {
      this.#cron = new Cron(pattern, {
        mode: '6-part',
        paused: true,
        sloppyRanges: true,
        ...(zone === undefined ? {} : { timezone: zone }),
      });
      this.#cron.nextRun();
    } catch (cause) {
      throw new ScheduleProblem(`'${source}' isn't a valid cron schedule`, { cause });
    }
  }

  /** The first due time after `instant`, ms; `undefined` if none ever comes. */
  next(instant: number): number | undefined {
    return this.#cron.nextRun(new Date(instant))?.getTime();
  }
}

function split(source: string): { zone: string | undefined; fields: string[] } {
  const [, zone, rest = source] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(source) ?? [];
  return { zone, fields: rest.trim().split(/\s+/) };
}

/** How much later than its due time a run may start, ms. The real server draws it anew for each due time. */
export function jitterOf(trigger: Trigger): number {
  return periodOf(trigger.jitter ?? '') ?? 0;
}

/**
 * Checks a trigger's schedule.
 * @throws ScheduleProblem
 */
export function checkSchedule(trigger: Trigger): void {
  if (trigger.cron === undefined) return;
  new Schedule(trigger.cron);
  const jitter = trigger.jitter?.trim() ?? '';
  if (jitter === '') return;
  const length = periodOf(jitter);
  if (length === undefined) throw new ScheduleProblem(`'${jitter}' isn't a valid jitter duration`);
  if (length > 0 && length < shortestJitter) throw new ScheduleProblem('cron jitter must be at least 1s');
  if (length > longestJitter) throw new ScheduleProblem('cron jitter must be less than or equal to 5m0s');
}
