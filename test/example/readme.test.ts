import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillBlocks, shownFiles } from '../../scripts/readme/blocks';
import { refusal } from './api-prefix-error';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const readme = read('README.md');
const guide = read('docs/guide.md');

describe('the README and the guide', () => {
  it('show every file of the example', () => {
    expect(shownFiles(readme)).toEqual([
      'src/mastra/inngest/index.ts',
      'src/mastra/workflows/index.ts',
      'src/mastra/index.ts',
    ]);
    expect(shownFiles(guide)).toEqual([
      'src/inngest/custom-functions.ts',
      'v3/src/mastra/inngest/index.ts',
      'v3/src/inngest/custom-functions.ts',
    ]);
  });

  it.each([readme, guide])('show them as they are (`npm run readme` copies them)', page => {
    expect(fillBlocks(page, file => read(path.join('examples/increment', file)))).toBe(page);
  });

  it("quote Mastra's refusal of /api/inngest word for word", () => {
    expect(guide).toContain(refusal);
  });

  it('are read in a few minutes', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });
});

describe('the blocks of a README', () => {
  const text = [
    'a',
    '<!-- file: one.ts -->',
    '',
    '```ts',
    'old',
    '```',
    'b',
    '```ts',
    'kept',
    '```',
    '',
  ].join('\n');

  it('are replaced by their files, others are kept', () => {
    expect(fillBlocks(text, file => `new ${file}\n`)).toBe(text.replace('old', 'new one.ts'));
  });

  it('may contain what looks like a replacement pattern', () => {
    expect(fillBlocks(text, () => "`$&$1${'x'}`")).toBe(text.replace('old', () => "`$&$1${'x'}`"));
  });
});
