import { readFileSync } from 'node:fs';

/** How many tests ended how, in a whole test run or several. */
export interface TestTotal {
  passed: number;
  failed: number;
  skipped: number;
  /** A line for each failure: which test, and what it said. */
  failures?: string[];
}

export const noTests: TestTotal = { passed: 0, failed: 0, skipped: 0 };

/** What a run left in `file`. One that left nothing never got to its tests: it has failed, and that is what counts. */
export function readTotal(file: string): TestTotal {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TestTotal;
  } catch {
    return noTests;
  }
}

export function addTotals(a: TestTotal, b: TestTotal): TestTotal {
  const failures = [...(a.failures ?? []), ...(b.failures ?? [])];
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    ...(failures.length > 0 && { failures }),
  };
}

export function formatTotal({ passed, failed, skipped }: TestTotal): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The failures, a line each, for the end of a long log. */
export function formatFailures({ failures = [] }: TestTotal): string {
  return failures.map(failure => `FAILED  ${failure}\n`).join('');
}
