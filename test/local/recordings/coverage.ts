import { readFileSync } from 'node:fs';
import { onRealServer } from './lib/server.js';
import type { Trace } from './lib/trace.js';
import type { Mode } from './lib/types.js';
import { scenarios, type Scenario } from './scenarios.js';

/** The golden traces of one mode, by scenario. */
export function golden(mode: Mode): Record<string, Trace> {
  return JSON.parse(readFileSync(new URL(`./fixtures/${mode}.json`, import.meta.url), 'utf8')) as Record<
    string,
    Trace
  >;
}

/** Recorded, but not run on the local server: what is missing there. A real server runs them. */
export const notYetLocal: Record<string, string> = {};

/** Recorded, run and known to differ from the recording: how, and why that is right. */
export const different: Record<string, string> = {};

/** The scenarios of this mode that are run against the server at hand. */
export function chosen(mode: Mode): Scenario[] {
  const traces = golden(mode);
  return scenarios.filter(one => traces[one.name] && (onRealServer || !notYetLocal[one.name]));
}
