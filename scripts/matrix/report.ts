import { existsSync, readFileSync } from 'node:fs';
import { formatTotal, type TestTotal } from '../test-total/total.js';

export interface CellOutcome {
  name: string;
  ok: boolean;
  seconds: number;
  total: TestTotal;
}

/** One line per cell. */
export function outcomeTable(outcomes: readonly CellOutcome[]): string {
  const lines = outcomes.map(({ name, ok, seconds, total }) => {
    const time = `${seconds.toFixed(1).padStart(6)} s`;
    return `${ok ? '  ok  ' : 'FAILED'}  ${time}  ${name.padEnd(30)}  ${formatTotal(total)}\n`;
  });
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0);
  return `${lines.join('')}        ${seconds.toFixed(1).padStart(6)} s  in all\n`;
}

interface RequestCount {
  sdkVersion: string;
  checkpoints: boolean;
  name: string;
  requests: number;
}

/** Requests per run, as `test/engine/request-counts.test.ts` wrote them down. */
export function requestTable(file: string): string {
  if (!existsSync(file)) return '';
  const counts = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as RequestCount);
  const rows = counts.map(({ sdkVersion, checkpoints, name, requests }) => {
    const setting = `checkpointing ${checkpoints ? 'on' : 'off'}`;
    return `  ${sdkVersion.padEnd(8)}  ${setting.padEnd(18)}  ${name.padEnd(44)}  ${requests}\n`;
  });
  return `\n── HTTP requests from Inngest to the app, per run\n${rows.join('')}`;
}
