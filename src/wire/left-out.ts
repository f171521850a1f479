/** Says in the place of a value that it is not there, and why. */
export function leftOut(what: string): string {
  return `[left out: ${what}]`;
}

/** A text that is too long, with its beginning. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, most).toWellFormed();
  return `${kept} ${leftOut(`${text.length - most} more characters`)}`;
}
