/**
 * What the user's code outside steps does to the very objects that it is given. In core, the steps after it are given the same objects,
 * so a change of them is remembered, and made again on each replay.
 */
import { encodeValue } from '../wire/encode';
import { isRecord, setOwn } from '../wire/json';

/** The objects by the names of the code's parameters. */
export type Given = Readonly<Record<string, unknown>>;

export class GivenChange {
  private readonly before: ReadonlyMap<string, string | undefined>;

  /** To be made before the code is called. */
  constructor(private readonly given: Given) {
    this.before = new Map(Object.entries(given).map(([name, value]) => [name, textOf(value)]));
  }

  /** Those that are not as they were, whole; undefined where all are. */
  made(): Given | undefined {
    const changed = Object.entries(this.given).filter(
      ([name, value]) => textOf(value) !== this.before.get(name),
    );
    return changed.length > 0 ? Object.fromEntries(changed) : undefined;
  }
}

/** Makes a remembered change: the objects stay, since others have them, too, and get what is in the changed ones. */
export function applyChange(given: Given, change: Given | undefined): void {
  for (const [name, value] of Object.entries(change ?? {})) replaceContent(given[name], value);
}

function replaceContent(target: unknown, source: unknown): void {
  if (Array.isArray(target) && Array.isArray(source)) {
    target.splice(0, target.length, ...(source as unknown[]));
  } else if (isRecord(target) && isRecord(source)) {
    for (const key of Object.keys(target)) if (!Object.hasOwn(source, key)) delete target[key];
    for (const [key, value] of Object.entries(source)) setOwn(target, key, value);
  }
}

/** Only lists and plain objects are given further as the same objects. */
function textOf(value: unknown): string | undefined {
  return Array.isArray(value) || isRecord(value) ? JSON.stringify(encodeValue(value)) : undefined;
}
