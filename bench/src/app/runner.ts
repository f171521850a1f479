import type { Probe } from '../probe';
import type { Sample } from '../protocol';
import type { Scenario } from '../scenarios';

/** What a contender does with one scenario. */
export interface Runner {
  /** One run from its start to its end, timed by the caller's clock. @throws Unsupported */
  run(scenario: Scenario, run: string): Promise<RunTimes>;
}

/** Moments of one run, by `performance.now()`. */
export interface RunTimes {
  called: number;
  sent: number;
  resolved?: number;
  /** When the first word of an agent's answer came. */
  first?: number;
  /** The result came before the run had come to rest. */
  early?: boolean;
}

/** The contender has not got what the scenario asks for. */
export class Unsupported extends Error {}

/** Longer than the pauses in which a real server takes work from its queue, in milliseconds. */
const PAUSE = 160;

/**
 * Runs a scenario once: all of its runs at the same time. They start at a random moment of the server's pause: right after the
 * run before, each contender would start in a moment of its own, always the same.
 */
export async function sampleOf(scenario: Scenario, runner: Runner, probe: Probe): Promise<Sample> {
  await new Promise(resolve => setTimeout(resolve, Math.random() * PAUSE));
  const cpu = process.cpuUsage();
  const names = Array.from({ length: scenario.runs }, (_, index) => `${crypto.randomUUID()}-${index}`);
  const times = await Promise.all(names.map(name => runner.run(scenario, name)));
  const last = Math.max(...names.map(name => probe.lastAt(name)));
  const called = Math.min(...times.map(time => time.called));
  const sent = Math.min(...times.map(time => time.sent));
  const early = names.filter((name, index) => isEarly(times[index], probe.lastAt(name)));
  const resolved = early.length > 0 ? [] : times.map(time => time.resolved ?? Number.NaN);
  // What follows an answer (the op of the run's end, closing sockets) belongs to the run.
  await new Promise(resolve => setTimeout(resolve, 40));
  const { user, system } = process.cpuUsage(cpu);
  return {
    setup: sent - called,
    time: last - sent,
    ...(resolved.length > 0 && times[0]?.resolved && { after: Math.max(...resolved) - last }),
    ...(times[0]?.first !== undefined && { first: times[0].first - called }),
    early: early.length,
    cpu: (user + system) / 1000,
  };
}

function isEarly(times: RunTimes | undefined, lastAt: number): boolean {
  return times?.resolved !== undefined && (times.early === true || times.resolved < lastAt);
}
