import { readFileSync, writeFileSync } from 'node:fs';

/** Where the tables are shown. */
export const document = new URL('../../../../docs/local-server-conformance.md', import.meta.url);

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Without the blanks that a formatter puts in, so that tables can be compared. */
export function plain(markdown: string): string {
  return markdown.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');
}

const marks = (name: string) => [`<!-- ${name} -->\n\n`, `\n\n<!-- end of ${name} -->`] as const;

/** The part of the document between the marks of this name. */
export function shown(name: string): string {
  const text = readFileSync(document, 'utf8');
  const [begin, end] = marks(name);
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the document has no place for ${name}`);
  return text.slice(from + begin.length, to);
}

export function show(name: string, content: string): void {
  const old = shown(name);
  const [begin, end] = marks(name);
  const text = readFileSync(document, 'utf8');
  writeFileSync(
    document,
    text.replace(begin + old + end, () => begin + content + end),
  );
}
