/** What it costs an app to import each entry: time, from a new process each time, and size of the files. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { benchFolder } from './child';
import { median } from './stats';

export interface EntryCost {
  entry: string;
  /** Median in milliseconds; with what the entry loads. */
  importMs: number;
  /** The same where `@mastra/core/workflows` is loaded already, as in every app of this kind. */
  afterCoreMs: number;
}

const CORE = '@mastra/core/workflows';

/** The entries in turn, several times, so that none has the disk's cache for itself. */
export function entryCosts(times: number, onDone: (what: string) => void): EntryCost[] {
  const entries = [CORE, 'inngest', ...ownEntries(), 'peer'];
  const samples = new Map(entries.map(entry => [entry, { alone: [] as number[], after: [] as number[] }]));
  for (let round = 0; round < times; round++) {
    for (const [entry, { alone, after }] of samples) {
      alone.push(importTime(entry, false));
      after.push(importTime(entry, true));
    }
    onDone(`importing entries, ${round + 1} of ${times}`);
  }
  return [...samples].map(([entry, { alone, after }]) => ({
    entry,
    importMs: median(alone),
    afterCoreMs: median(after),
  }));
}

/** From the packed package, so that a new entry is measured without a change here. */
function ownEntries(): string[] {
  const file = path.join(benchFolder, 'node_modules/@mastra/inngest/package.json');
  const { exports } = JSON.parse(readFileSync(file, 'utf8')) as { exports: Record<string, unknown> };
  return Object.keys(exports)
    .filter(key => !key.endsWith('.json'))
    .map(key => `@mastra/inngest${key.slice(1)}`);
}

function importTime(entry: string, afterCore: boolean): number {
  const code = [
    ...(afterCore ? [`await import(${JSON.stringify(CORE)});`] : []),
    'const startedAt = performance.now();',
    `await import(${JSON.stringify(entry)});`,
    'console.log(performance.now() - startedAt);',
    'process.exit(0);',
  ].join('\n');
  const args = ['--input-type=module', '-e', code];
  return Number(execFileSync(process.execPath, args, { cwd: benchFolder, encoding: 'utf8' }));
}
