import { existsSync, readFileSync } from 'node:fs';
import { apart } from './lib/apart.js';
import type { Trace } from './lib/trace.js';
import { modes, type Mode } from './lib/types.js';
import { backoff, scenarios, type Order, type Scenario } from './scenarios.js';

type Traces = Record<string, Trace>;

function read(name: string): Traces {
  const file = new URL(`./fixtures/${name}.json`, import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Traces) : {};
}

/** The traces taken from the recordings. */
export const recordedThen = (mode: Mode) => read(mode);

/** What was recorded in the same way later, because the recordings lack it in this mode. */
export const recordedLater = (mode: Mode) => read(`${mode}-more`);

/** The golden traces of one mode, by scenario. */
export const golden = (mode: Mode): Traces => ({ ...recordedLater(mode), ...recordedThen(mode) });

/** Recorded, run and known to differ from the recording: how, and why that is right. */
export const different: Record<string, string> = {};

interface Missing {
  name: string;
  modes: readonly Mode[];
  reason: string;
}

/** What the recorded app could do, but leaves nothing that can be compared: tests of their own show it. */
export const notRun: Missing[] = [
  { name: 'nestedstep', modes, reason: 'trap 20: the app never answers, so there is no exchange to compare' },
  { name: 'http500', modes, reason: 'trap 6: what answers with 500 is no SDK' },
];

/** Why there is no run of a scenario in a mode. */
export const without: Missing[] = [
  { name: 'grace', modes: ['v3'], reason: "`group.parallel`'s modes are v4's" },
  { name: 'usedefer', modes: ['v3'], reason: "`defer()` is v4's" },
  {
    name: 'fnerr (default back-off)',
    modes: ['v4-off', 'v4-on'],
    reason: 'the back-off is the server’s, whatever the SDK; v3 shows it',
  },
];

/** The scenarios of this mode that are run against the server at hand. */
export function chosen(mode: Mode): Scenario[] {
  const traces = golden(mode);
  return scenarios.filter(one => traces[one.name]);
}

const equal: Record<Order, string> = {
  exact: 'equal',
  coalesced: 'equal, parallel order free',
  free: 'equal as sets',
  partial: 'equal where recorded',
};

/** What the table says about a scenario in one mode, for the local server. */
function verdict(scenario: Scenario, mode: Mode, traces: Traces): string {
  if (!traces[scenario.name]) {
    const why = without.find(one => one.name === scenario.name && one.modes.includes(mode));
    return why ? `not recorded: ${why.reason}` : 'not recorded';
  }
  const other = different[scenario.name];
  if (other) return `different: ${other}`;
  const later = !recordedThen(mode)[scenario.name];
  const order = later && scenario.order[mode] === 'partial' ? 'exact' : scenario.order[mode];
  return `${equal[order]}${later ? ' °' : ''}`;
}

/** The rows of the table in the documentation, one per scenario. */
export function scenarioRows(): string[][] {
  const traces = Object.fromEntries(modes.map(mode => [mode, golden(mode)])) as Record<Mode, Traces>;
  const run = [...scenarios, backoff, ...apart.map(one => one.scenario)].map(one => [
    one.name,
    ...modes.map(mode => verdict(one, mode, traces[mode])),
  ]);
  const registration = ['registration', ...modes.map(() => 'equal')];
  const missing = notRun.map(one => [
    one.name,
    ...modes.map(mode => (one.modes.includes(mode) ? `shown by ${one.reason}` : 'not recorded')),
  ]);
  return [registration, ...run, ...missing];
}

/** How many scenarios each mode has, by verdict. */
export function countRows(): string[][] {
  const rows = scenarioRows();
  const count = (column: number, word: string) => rows.filter(row => row[column]?.startsWith(word)).length;
  return ['equal', 'different', 'shown by', 'not recorded'].map(word => [
    word,
    ...modes.map((_, i) => String(count(i + 1, word))),
  ]);
}
