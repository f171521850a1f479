import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** Colours only where standard output shows them: it must be a terminal, and `NO_COLOR` not set. */
export function paint(format: Format, text: string): string {
  return text === '' ? '' : styleText(format, text, { stream: process.stdout });
}

/** Names and values come from anywhere: what a terminal would obey is written out. */
export function printable(text: string): string {
  return text.replaceAll(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const longestValue = 120;

/** A value in one line, the rest of which is left out if it is long. */
export function short(value: string): string {
  const line = printable(value.replaceAll(/\s+/g, ' '));
  return line.length > longestValue ? `${line.slice(0, longestValue)}…` : line;
}

/** `12 ms`, `1.2 s`, `3 min`, `2 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** What is wrong, or what is waited for: not what the command was asked to print. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
