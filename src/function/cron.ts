/**
 * Cron texts, checked as Inngest checks them when an app syncs (robfig/cron, standard fields): one text that it does not take
 * makes it refuse all functions of the app.
 */

interface Field {
  name: string;
  min: number;
  max: number;
  names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const MINUTE = { name: 'minute', min: 0, max: 59 };
const HOUR = { name: 'hour', min: 0, max: 23 };
const DAY = { name: 'day of the month', min: 1, max: 31 };
const MONTH = { name: 'month', min: 1, max: 12, names: MONTHS };
const WEEKDAY = { name: 'day of the week', min: 0, max: 6, names: DAYS };
const FIELDS: readonly Field[] = [MINUTE, HOUR, DAY, MONTH, WEEKDAY];

const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Characters of a text that Inngest takes. */
const MAX_LENGTH = 255;

/** What is wrong with a text, for an error that says where it stands. */
export type CheckedCron = { text: string } | { problem: string };

/** A schedule as Inngest takes it, `TZ=<zone> <five fields>`, or why there is none. */
export function checkCron(cron: unknown, timezone?: unknown): CheckedCron {
  if (typeof cron !== 'string') return { problem: 'is no text' };
  const [, ownZone, fields = ''] = /^(?:(?:CRON_)?TZ=(\S*)\s)?(.*)$/s.exec(cron) ?? [];
  if (ownZone !== undefined && timezone !== undefined) {
    return { problem: `names a time zone (${ownZone}) beside the option timezone` };
  }
  const zone = timezone === undefined ? ownZone : timezone;
  const named = zone === undefined ? undefined : zoneNamed(zone);
  if (zone !== undefined && named === undefined) {
    return { problem: `is in ${JSON.stringify(zone)}, which is no time zone; write it as in Europe/Berlin` };
  }
  const problem = fieldsProblem(fields.trim().split(/\s+/));
  if (problem !== undefined) return { problem };
  const text = `${named === undefined ? '' : `TZ=${named} `}${fields.trim()}`;
  return text.length > MAX_LENGTH ? { problem: `has more than ${MAX_LENGTH} characters` } : { text };
}

/** The zone's name with its capitals: where Inngest runs, zones are files. */
function zoneNamed(zone: unknown): string | undefined {
  // Without a letter in front it is an offset, which Inngest does not know.
  if (typeof zone !== 'string' || !/^[a-z]/i.test(zone)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions();
    return timeZone.toLowerCase() === zone.toLowerCase() ? timeZone : zone;
  } catch {
    return undefined;
  }
}

/** The five fields of a text that Inngest takes, with all values written out: other readers of crons know fewer notations. */
export function writtenOut(fields: string): string {
  const texts = fields.trim().split(/\s+/);
  return FIELDS.map((field, place) => {
    const text = texts[place] ?? '*';
    return isAnyValue(text) ? '*' : [...new Set(fieldValues(text, field))].join(',');
  }).join(' ');
}

/** Where a day of the month and a weekday are both given, and so neither is this, one that fits will do. */
function isAnyValue(text: string): boolean {
  return /^[*?](\/1)?$/.test(text);
}

function fieldsProblem(texts: readonly string[]): string | undefined {
  if (texts.length !== FIELDS.length) {
    return 'does not have five fields: minute, hour, day of the month, month, day of the week';
  }
  const values = FIELDS.map((field, place) => fieldValues(texts[place] ?? '', field));
  const broken = values.findIndex(one => one === undefined);
  if (broken >= 0) {
    const { name, min, max } = FIELDS[broken] ?? MINUTE;
    return (
      `has "${texts[broken]}" as its ${name}, which takes ${min} to ${max}, ranges from a lower to a higher one, lists, ` +
      'and steps'
    );
  }
  const [, , days = [], months = []] = values;
  // Otherwise a day that fits the weekday alone will do.
  const comes = months.some(month => days.some(day => day <= (LONGEST_MONTHS[month - 1] ?? 0)));
  return isAnyValue(texts[4] ?? '') && !comes ? 'never comes' : undefined;
}

/** All values that a field allows; undefined where it is none. */
function fieldValues(text: string, field: Field): number[] | undefined {
  const ranges = text.split(',').map(range => rangeValues(range, field));
  return ranges.every(one => one !== undefined) ? ranges.flat() : undefined;
}

/** One of `*`, `5`, `1-5`, `mon-fri`, each with or without a step: `0-30/5`, `*` with `/15`. */
function rangeValues(text: string, field: Field): number[] | undefined {
  const [, from = '', to, stepText = '1'] = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(text) ?? [];
  const isAny = /^[*?]$/.test(from) && to === undefined;
  const first = isAny ? field.min : valueOf(from, field);
  const last = isAny || (to === undefined && text.includes('/')) ? field.max : valueOf(to ?? from, field);
  const step = Number(stepText);
  if (first === undefined || last === undefined || first > last || step === 0) return undefined;
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => first + index * step);
}

function valueOf(text: string, { min, max, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + min;
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  return value >= min && value <= max ? value : undefined;
}
