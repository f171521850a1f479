/** How many tests ended how, in a whole test run or several. */
export interface TestTotal {
  passed: number;
  failed: number;
  skipped: number;
}

export const noTests: TestTotal = { passed: 0, failed: 0, skipped: 0 };

export function addTotals(a: TestTotal, b: TestTotal): TestTotal {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

export function formatTotal({ passed, failed, skipped }: TestTotal): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
