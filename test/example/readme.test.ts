import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fillBlocks, shownFiles } from '../../scripts/readme/blocks';
import { refusal } from './api-prefix-error';

const root = path.resolve(import.meta.dirname, '../..');
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

describe('the README', () => {
  it('shows every file of the guide', () => {
    expect(shownFiles(readme)).toEqual([
      'src/mastra/inngest/index.ts',
      'src/mastra/workflows/index.ts',
      'src/inngest/custom-functions.ts',
      'src/mastra/index.ts',
      'v3/src/mastra/inngest/index.ts',
      'v3/src/inngest/custom-functions.ts',
    ]);
  });

  it('shows them as they are (`npm run readme` copies them)', () => {
    expect(
      fillBlocks(readme, file => readFileSync(path.join(root, 'examples/increment', file), 'utf8')),
    ).toBe(readme);
  });

  it("quotes Mastra's refusal of /api/inngest word for word", () => {
    expect(readme).toContain(refusal);
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
