import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { formatTotal, type TestTotal } from './total.js';

/**
 * Says the total of a test run as `N passed, N failed, N skipped`, alone on the last line, and leaves it as JSON in
 * the file named by TEST_TOTAL_FILE for `npm run verify`, which adds up several runs.
 */
export default class TotalReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const total = count(modules);
    // An error outside a test is a failure as well: without it a broken run could count as all green.
    total.failed += unhandledErrors.length;
    const file = process.env['TEST_TOTAL_FILE'];
    if (file) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(total));
    }
    // After the default reporter's own summary, which is written in the same turn.
    process.on('exit', () => process.stdout.write(`${formatTotal(total)}\n`));
  }
}

function count(modules: readonly TestModule[]): TestTotal {
  const total: TestTotal = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') total.passed += 1;
      else if (state === 'skipped') total.skipped += 1;
      else total.failed += 1;
    }
    // A file that could not be loaded, or whose hooks failed, has no failed test to show for it.
    total.failed += module.errors().length;
    for (const suite of module.children.allSuites()) total.failed += suite.errors().length;
  }
  return total;
}
