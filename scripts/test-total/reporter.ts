import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { formatTotal, type TestTotal } from './total.js';

/**
 * Says the total of a test run as `N passed, N failed, N skipped`, alone on the last line, and leaves it as JSON in
 * the file named by TEST_TOTAL_FILE for `npm run verify`, which adds up several runs. Vitest's JSON reporter leaves out errors
 * outside tests.
 */
export default class TotalReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const failures = [
      ...modules.flatMap(failuresOf),
      ...unhandledErrors.map(error => lineOf('outside a test', error)),
    ];
    // An error outside a test is a failure as well: without it a broken run could count as all green.
    const total: TestTotal = {
      ...count(modules),
      failed: failures.length,
      ...(failures.length > 0 && { failures }),
    };
    const file = process.env['TEST_TOTAL_FILE'];
    if (file) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(total));
    }
    // After the default reporter's own summary, which is written in the same turn.
    process.on('exit', () => process.stdout.write(`${formatTotal(total)}\n`));
  }
}

function count(modules: readonly TestModule[]): Pick<TestTotal, 'passed' | 'skipped'> {
  const states = modules.flatMap(module => [...module.children.allTests()].map(test => test.result().state));
  const having = (state: string) => states.filter(one => one === state).length;
  return { passed: having('passed'), skipped: having('skipped') };
}

function failuresOf(module: TestModule): string[] {
  const tests = [...module.children.allTests()]
    .filter(test => !['passed', 'skipped'].includes(test.result().state))
    .map(test => lineOf(`${module.relativeModuleId} > ${test.fullName}`, test.result().errors?.[0]));
  // A file that could not be loaded, or whose hooks failed, has no failed test to show for it.
  const suites = [...module.children.allSuites()].flatMap(suite =>
    suite.errors().map(error => lineOf(`${module.relativeModuleId} > ${suite.fullName}`, error)),
  );
  return [...tests, ...suites, ...module.errors().map(error => lineOf(module.relativeModuleId, error))];
}

/** Long enough to show how two values differ. */
const LONGEST = 1000;

function lineOf(place: string, error: unknown): string {
  const message = error instanceof Object && 'message' in error ? String(error.message) : '';
  return `${place}: ${message}`.replaceAll(/\s+/g, ' ').slice(0, LONGEST);
}
