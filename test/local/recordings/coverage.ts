import { readFileSync } from 'node:fs';
import { onRealServer } from './lib/server.js';
import type { Trace } from './lib/trace.js';
import { modes, type Mode } from './lib/types.js';
import { backoff, scenarios, type Order, type Scenario } from './scenarios.js';

/** The golden traces of one mode, by scenario. */
export function golden(mode: Mode): Record<string, Trace> {
  return JSON.parse(readFileSync(new URL(`./fixtures/${mode}.json`, import.meta.url), 'utf8')) as Record<
    string,
    Trace
  >;
}

const flowControl = 'flow control comes later';

/** Recorded, but not run on the local server, with the reason. A real server runs them. */
export const notLocal: Record<string, string> = {
  timeoutfn: `${flowControl} (timeouts.finish)`,
  batch: `${flowControl} (batchEvents)`,
  deb: `${flowControl} (debounce)`,
  thr: `${flowControl} (throttle)`,
  sing: `${flowControl} (singleton)`,
  conc: `${flowControl} (concurrency)`,
};

/** Recorded, run and known to differ from the recording: how, and why that is right. */
export const different: Record<string, string> = {};

interface Missing {
  name: string;
  modes: readonly Mode[];
  reason: string;
}

const notInRecording = 'not in the recordings: an exchange larger than 24 kB, or no answer at all';

/** What the recorded app could do or the recordings hold, but no test replays. */
export const notRun: Missing[] = [
  { name: 'cron1', modes, reason: 'cron comes later; on a real server it would take up to a minute' },
  {
    name: 'send, signed',
    modes: ['v4-on'],
    reason: 'signing comes later; recorded from a server in start mode',
  },
  { name: 'cron1, signed', modes: ['v4-on'], reason: 'signing and cron come later' },
  { name: 'bigout', modes, reason: `${notInRecording} (5 MB step output)` },
  { name: 'manysteps, 1001 steps', modes, reason: `${notInRecording} (step limit)` },
  { name: 'nestedstep', modes, reason: `${notInRecording}; see trap 20` },
  { name: 'usedefer', modes: ['v4-off', 'v4-on'], reason: 'not in the recordings; defer is out of scope' },
  { name: 'http500', modes, reason: 'not in the recordings; see trap 6 for answers without an SDK' },
];

/** The scenarios of this mode that are run against the server at hand. */
export function chosen(mode: Mode): Scenario[] {
  const traces = golden(mode);
  return scenarios.filter(one => traces[one.name] && (onRealServer || !notLocal[one.name]));
}

const equal: Record<Order, string> = {
  exact: 'equal',
  coalesced: 'equal, parallel order free',
  free: 'equal as sets',
  partial: 'equal where recorded',
};

/** What the table says about a scenario in one mode, for the local server. */
function verdict(scenario: Scenario, mode: Mode, traces: Record<string, Trace>): string {
  if (!traces[scenario.name]) return 'not recorded';
  const missing = notLocal[scenario.name];
  if (missing) return `not covered: ${missing}`;
  const other = different[scenario.name];
  return other ? `different: ${other}` : equal[scenario.order[mode]];
}

/** The rows of the table in the documentation, one per scenario. */
export function scenarioRows(): string[][] {
  const traces = Object.fromEntries(modes.map(mode => [mode, golden(mode)])) as Record<
    Mode,
    Record<string, Trace>
  >;
  const run = [...scenarios, backoff].map(one => [
    one.name,
    ...modes.map(mode => verdict(one, mode, traces[mode])),
  ]);
  const registration = ['registration', ...modes.map(() => 'equal')];
  const missing = notRun.map(one => [
    one.name,
    ...modes.map(mode => (one.modes.includes(mode) ? `not covered: ${one.reason}` : 'not recorded')),
  ]);
  return [registration, ...run, ...missing];
}

/** How many scenarios each mode has, by verdict. */
export function countRows(): string[][] {
  const rows = scenarioRows();
  const count = (column: number, word: string) => rows.filter(row => row[column]?.startsWith(word)).length;
  return ['equal', 'different', 'not covered', 'not recorded'].map(word => [
    word,
    ...modes.map((_, i) => String(count(i + 1, word))),
  ]);
}
