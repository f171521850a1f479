import { reasonOf } from '../errors';

/** The text that stands in the place of a value that is not stored. */
export function leftOut(what: string): string {
  return `[left out: ${what}]`;
}

/** The same, for what throws when it is read. */
export function unreadable(error: unknown): string {
  return leftOut(`a value that can't be read (${shortened(reasonOf(error), 200)})`);
}

/** The beginning of a text that is too long. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).toWellFormed();
  return `${kept} ${leftOut(`${text.length - most} more characters`)}`;
}
