/**
 * The README's code blocks that are files of the example. Each stands below a line such as
 * `<!-- file: src/mastra/index.ts -->`; `npm run readme` fills them in and a test compares them.
 */
const BLOCK = /(<!-- file: (?<file>\S+) -->\n+```(?<language>\w+)\n)[\s\S]*?(\n```)/g;

/** The README with the content of every named file in its block. */
export function fillBlocks(readme: string, read: (file: string) => string): string {
  return readme.replaceAll(BLOCK, (...match: unknown[]) => {
    const { file } = match.at(-1) as { file: string };
    return `${match[1] as string}${read(file).trimEnd()}${match[4] as string}`;
  });
}

/** The files that the README shows, in order. */
export function shownFiles(readme: string): string[] {
  return [...readme.matchAll(BLOCK)].map(match => match.groups?.['file'] ?? '');
}
