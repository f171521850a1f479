import { reasonOf } from '../errors';

/** Says in the place of a value that it is not there, and why. */
export function leftOut(what: string): string {
  return `[left out: ${what}]`;
}

/** In the place of what throws when it is read. */
export function unreadable(error: unknown): string {
  return leftOut(`a value that can't be read (${shortened(reasonOf(error), 200)})`);
}

/** A text that is too long, with its beginning. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).toWellFormed();
  return `${kept} ${leftOut(`${text.length - most} more characters`)}`;
}
