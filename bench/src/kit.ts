/** What tests with `@mastra/inngest/testing` cost. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { benchFolder } from './child';
import { load, thisMachine } from './machine';
import { ms, table } from './report/markdown';
import { median } from './stats';

/** Milliseconds. */
export interface KitSample {
  wall: number;
  cpu: number;
}

export interface KitSamples {
  /** `testApp()` and `stop()`. */
  start: KitSample[];
  /** An app, and a run of 100 steps with a sleep of a week in the middle. */
  long: KitSample[];
  /** A hundred tests, each with an app of its own and a run of two steps. */
  many: KitSample[];
}

const TITLES: Record<keyof KitSamples, [title: string, limit: number | undefined]> = {
  start: ['`testApp()` and `stop()`', undefined],
  long: ['a test: 100 steps and 7 days of sleep', 1000],
  many: ['100 tests, each with an app of its own', 10_000],
};

/** Measures in a process of its own, as a test runner has one; gives the page `results/kit.md`. */
export function kitReport(): string {
  const before = load();
  const output = execFileSync(process.execPath, [path.join(benchFolder, 'dist/kit.js')], {
    cwd: benchFolder,
    encoding: 'utf8',
    env: { ...process.env, INNGEST_DEV: undefined, INNGEST_BASE_URL: undefined },
  });
  const samples = JSON.parse(output) as KitSamples;
  const rows = Object.entries(TITLES).map(([key, [title, limit]]) => {
    const all = samples[key as keyof KitSamples];
    const walls = all.map(({ wall }) => wall);
    const reached = limit === undefined ? '–' : median(walls) <= limit ? 'yes' : 'no';
    const figures = [median(walls), Math.min(...walls), median(all.map(({ cpu }) => cpu))].map(ms);
    return [title, String(all.length), ...figures, limit === undefined ? '–' : `≤ ${limit}`, reached];
  });
  const { cores, cpu, node, platform } = thisMachine();
  return [
    '# Bench results: the test kit',
    `Measured on ${new Date().toISOString().slice(0, 10)}, on ${cores} cores (${cpu}, ${platform}), Node ${node}; load of the machine ` +
      `${before} before and ${load()} after. Milliseconds; one process does everything, as the one of a test file does, after a test ` +
      'to warm up. CPU is that of the process: above the number of cores, load makes the times longer, and it alone is to be trusted.',
    table(['', 'samples', 'median', 'least', 'CPU, median', 'to reach', 'reached'], rows),
    '',
  ].join('\n\n');
}
