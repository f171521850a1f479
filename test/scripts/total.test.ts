import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Child } from '../processes/child';

const root = path.resolve(import.meta.dirname, '../..');
const reporter = path.join(root, 'scripts/test-total/reporter.ts');

/** A folder with a few tests, inside the repository so that they find vitest. */
let folder: string;

beforeEach(async () => {
  await mkdir(path.join(root, '.tmp'), { recursive: true });
  folder = await mkdtemp(path.join(root, '.tmp/total-'));
  await writeFile(path.join(folder, 'vitest.config.mjs'), 'export default {};');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const passing = "import { it } from 'vitest'; it('a', () => {}); it('b', () => {});";
const failing = "import { it } from 'vitest'; it('c', () => { throw new Error('no'); });";
const skipped = "import { it } from 'vitest'; it.skip('d', () => {});";
const broken = "import './missing.js';";
const unhandled =
  "import { it } from 'vitest'; it('e', () => { setTimeout(() => { throw new Error('late'); }); });";

describe('the total of a test run', () => {
  it.each([
    { name: 'all passed', tests: { passing }, line: '2 passed, 0 failed, 0 skipped', code: 0 },
    {
      name: 'one failed, one skipped',
      tests: { passing, failing, skipped },
      line: '2 passed, 1 failed, 1 skipped',
      code: 1,
    },
    {
      name: 'a file that cannot be loaded',
      tests: { passing, broken },
      line: '2 passed, 1 failed, 0 skipped',
      code: 1,
    },
    { name: 'an error outside a test', tests: { unhandled }, line: '1 passed, 1 failed, 0 skipped', code: 1 },
    { name: 'no tests at all', tests: {}, line: '0 passed, 0 failed, 0 skipped', code: 1 },
  ])('$name', async ({ tests, line, code }) => {
    for (const [name, text] of Object.entries(tests))
      await writeFile(path.join(folder, `${name}.test.mjs`), text);
    const totalFile = path.join(folder, 'out/total.json');
    const run = new Child(
      path.join(root, 'node_modules/.bin/vitest'),
      ['run', '--reporter=default', `--reporter=${reporter}`],
      { cwd: folder, env: { TEST_TOTAL_FILE: totalFile } },
    );
    expect(await run.exitCode, run.output).toBe(code);
    expect(run.stdout.trimEnd().split('\n').at(-1)).toBe(line);
    const [passed, failed, skippedCount] = line.match(/\d+/g)?.map(Number) ?? [];
    const { failures = [], ...counts } = JSON.parse(await readFile(totalFile, 'utf8')) as {
      failures?: string[];
    };
    expect(counts).toEqual({ passed, failed, skipped: skippedCount });
    expect(failures).toHaveLength(failed ?? 0);
    if ('failing' in tests) expect(failures).toEqual(['failing.test.mjs > c: no']);
  });
});
