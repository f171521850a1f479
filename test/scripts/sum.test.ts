import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'totals-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function total(place: string, name: string, counts: [passed: number, failed: number, skipped: number]): void {
  const [passed, failed, skipped] = counts;
  mkdirSync(path.join(folder, place), { recursive: true });
  writeFileSync(path.join(folder, place, name), JSON.stringify({ passed, failed, skipped }));
}

function sum(...places: string[]): string {
  const folders = places.map(place => path.join(folder, place));
  return execFileSync(process.execPath, ['--import', 'tsx', 'scripts/test-total/sum.ts', ...folders], {
    cwd: root,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}

test('the totals of several runs are added up, alone on a line', () => {
  total('verify', 'total-suite.json', [3, 1, 0]);
  total('verify', 'total-package.json', [2, 0, 1]);
  total('verify', 'package.json', [100, 100, 100]);
  total('matrix', 'total-inngest-v3-on.json', [10, 0, 0]);
  expect(sum('verify', 'matrix')).toBe('15 passed, 1 failed, 1 skipped\n');
});

test('what failed stands before the total, a line each', () => {
  const failures = ['a.test.ts > one: no'];
  mkdirSync(path.join(folder, 'verify'));
  writeFileSync(
    path.join(folder, 'verify/total-suite.json'),
    JSON.stringify({ passed: 1, failed: 1, skipped: 0, failures }),
  );
  total('matrix', 'total-v3.json', [1, 0, 0]);
  expect(sum('verify', 'matrix')).toBe('FAILED  a.test.ts > one: no\n2 passed, 1 failed, 0 skipped\n');
});

test('a run that left no folder is an error, not a zero', () => {
  total('verify', 'total-suite.json', [3, 0, 0]);
  expect(() => sum('verify', 'matrix')).toThrow(/ENOENT/);
});
