/** The kinds of values that Inngest's function options are made of. */
import { isRecord } from '../../wire/json';
import { type CelUse, celProblem } from './cel-problem';
import { nearest } from '../../wire/nearest';
import { type OptionCheck, shown, wrong } from './problem';
import { periodOf } from '../../wire/period';

/** A field of an option: its check, and whether it must be there. */
interface Field {
  check: OptionCheck;
  required?: string;
}

/** A text with something in it. */
export const text: OptionCheck = (value, at) =>
  typeof value === 'string' && value !== '' ? undefined : wrong(value, at, 'Give a text.');

/** A whole number. `remedy` says which. */
export function whole(min: number, max: number, remedy: string): OptionCheck {
  return (value, at) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : wrong(value, at, remedy);
}

/** A period of time, in milliseconds from `min` to `max`. `range` says so in words. */
export function period(min: number, max: number, range: string): OptionCheck {
  return (value, at) => {
    const length = typeof value === 'string' ? periodOf(value) : undefined;
    if (length !== undefined && length >= min && length <= max) return undefined;
    const what = length === undefined ? 'which is no period of time' : `and Inngest takes ${range}`;
    return wrong(value, at, `Give a text such as "30s", "10m" or "1h30m", ${range}.`, `, ${what}`);
  };
}

/** One of a few texts. */
export function oneOf(...allowed: string[]): OptionCheck {
  const names = allowed.map(name => `"${name}"`).join(' or ');
  return (value, at) =>
    typeof value === 'string' && allowed.includes(value) ? undefined : wrong(value, at, `Give ${names}.`);
}

/** An expression over the event that starts a run. */
export function expression(use: CelUse): OptionCheck {
  const example = use === 'key' ? "inputKey('userId')" : "'async.data.userId == event.data.inputData.userId'";
  return (value, at) => {
    const remedy = `Give an expression in CEL, such as ${example} (https://www.inngest.com/docs/guides/writing-expressions).`;
    if (typeof value !== 'string') return wrong(value, at, remedy);
    const problem = celProblem(value, use);
    return problem === undefined
      ? undefined
      : { at, what: `is the expression ${shown(value)}, which Inngest refuses: ${problem}`, remedy };
  };
}

/** An object of these fields and no other. */
export function fields(known: Record<string, OptionCheck | Field>): OptionCheck {
  const names = Object.keys(known).join(', ');
  return (value, at) => {
    if (!isRecord(value)) return wrong(value, at, `Give an object of ${names}.`);
    for (const key of Object.keys(value)) {
      if (value[key] === undefined || Object.hasOwn(known, key)) continue;
      const meant = nearest(key, Object.keys(known));
      const hint = meant ? `Did you mean "${meant}"?` : `It takes ${names}.`;
      return { at: `${at}.${key}`, what: 'does not exist', remedy: hint };
    }
    for (const [key, field] of Object.entries(known)) {
      const { check, required } = typeof field === 'function' ? { check: field, required: undefined } : field;
      const place = `${at}.${key}`;
      if (value[key] !== undefined) {
        const found = check(value[key], place);
        if (found) return found;
      } else if (required) return { at: place, what: 'is missing', remedy: required };
    }
    return undefined;
  };
}

/** A list whose items pass a check; `max` says how many it may have. */
export function list(check: OptionCheck, max: { count: number; why: string }): OptionCheck {
  return (value, at) => {
    if (!Array.isArray(value)) return wrong(value, at, 'Give a list.');
    if (value.length > max.count) return { at, what: `has ${value.length} entries`, remedy: max.why };
    for (const [index, item] of value.entries()) {
      const found = check(item, `${at}[${index}]`);
      if (found) return found;
    }
    return undefined;
  };
}
