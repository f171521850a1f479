/** The kinds of values that Inngest's function options are made of. */
import { isRecord } from '../wire/json';
import { type CelUse, celProblem } from './cel-problem';
import { nearest } from './nearest';
import { type OptionCheck, type OptionProblem, shown } from './option-problem';
import { periodOf } from './period';

/** A field of an option: its check, and whether it must be there. */
interface Field {
  check: OptionCheck;
  required?: string;
}

const problem = (at: string, what: string, remedy: string): OptionProblem => ({ at, what, remedy });

/** A text with something in it. */
export const text: OptionCheck = (value, at) =>
  typeof value === 'string' && value !== '' ? undefined : problem(at, `is ${shown(value)}`, 'Give a text.');

/** A whole number. `remedy` says which. */
export function whole(min: number, max: number, remedy: string): OptionCheck {
  return (value, at) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : problem(at, `is ${shown(value)}`, remedy);
}

/** A period of time, in milliseconds from `min` to `max`. `range` says so in words. */
export function period(min: number, max: number, range: string): OptionCheck {
  return (value, at) => {
    const length = typeof value === 'string' ? periodOf(value) : undefined;
    if (length !== undefined && length >= min && length <= max) return undefined;
    const what = length === undefined ? 'which is no period of time' : `and Inngest takes ${range}`;
    return problem(
      at,
      `is ${shown(value)}, ${what}`,
      `Give a text such as "30s", "10m" or "1h30m", ${range}.`,
    );
  };
}

/** One of a few texts. */
export function oneOf(...allowed: string[]): OptionCheck {
  const names = allowed.map(name => `"${name}"`).join(' or ');
  return (value, at) =>
    typeof value === 'string' && allowed.includes(value)
      ? undefined
      : problem(at, `is ${shown(value)}`, `Give ${names}.`);
}

/** An expression over the event that starts a run. */
export function expression(use: CelUse): OptionCheck {
  const example = use === 'key' ? "inputKey('userId')" : "'async.data.userId == event.data.inputData.userId'";
  return (value, at) => {
    const remedy = `Give an expression in CEL, such as ${example} (https://www.inngest.com/docs/guides/writing-expressions).`;
    if (typeof value !== 'string') return problem(at, `is ${shown(value)}`, remedy);
    const wrong = celProblem(value, use);
    return wrong === undefined
      ? undefined
      : problem(at, `is the expression ${shown(value)}, which Inngest refuses: ${wrong}`, remedy);
  };
}

/** An object of these fields and no other. */
export function fields(known: Record<string, OptionCheck | Field>): OptionCheck {
  const names = Object.keys(known).join(', ');
  return (value, at) => {
    if (!isRecord(value)) return problem(at, `is ${shown(value)}`, `Give an object of ${names}.`);
    for (const key of Object.keys(value)) {
      if (value[key] === undefined || Object.hasOwn(known, key)) continue;
      const meant = nearest(key, Object.keys(known));
      const hint = meant ? `Did you mean "${meant}"?` : `It takes ${names}.`;
      return problem(`${at}.${key}`, 'does not exist', hint);
    }
    for (const [key, field] of Object.entries(known)) {
      const { check, required } = typeof field === 'function' ? { check: field, required: undefined } : field;
      const place = `${at}.${key}`;
      if (value[key] !== undefined) {
        const found = check(value[key], place);
        if (found) return found;
      } else if (required) return problem(place, 'is missing', required);
    }
    return undefined;
  };
}

/** A list whose items pass a check; `max` says how many it may have. */
export function list(check: OptionCheck, max: { count: number; why: string }): OptionCheck {
  return (value, at) => {
    if (!Array.isArray(value)) return problem(at, `is ${shown(value)}`, 'Give a list.');
    if (value.length > max.count) return problem(at, `has ${value.length} entries`, max.why);
    for (const [index, item] of value.entries()) {
      const found = check(item, `${at}[${index}]`);
      if (found) return found;
    }
    return undefined;
  };
}
