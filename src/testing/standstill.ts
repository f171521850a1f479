/** Why a run does not go on by itself, and what a test can do about it. */
import type { Core } from '../local/executor/core';
import type { Job } from '../local/queue/job';
import type { Run } from '../local/state/run';
import { duration } from './durations';

export interface Standstill {
  /** Such as `"wait" sleeps until 2026-12-07T15:00:00.000Z`. */
  reasons: string[];
  /** When the first of what it waits for is due by time; undefined where time helps nothing. */
  dueAt?: number;
  /** Names of the events that would end a wait. */
  events: string[];
}

/** What the live ones of these runs of Inngest's wait for. */
export function standstillOf(core: Core, runs: readonly Run[]): Standstill {
  const found = runs
    .filter(({ ended }) => !ended)
    .flatMap(run => [...ofJobs(core, run), ...ofPauses(core, run)]);
  const times = found.flatMap(({ at }) => at ?? []);
  return {
    reasons: found.map(({ reason }) => reason),
    ...(times.length > 0 && { dueAt: Math.min(...times) }),
    events: found.flatMap(({ event }) => event ?? []),
  };
}

interface Wait {
  reason: string;
  at?: number;
  event?: string;
}

const iso = (at: number): string => new Date(at).toISOString();

function ofJobs(core: Core, run: Run): Wait[] {
  return core.queue.of(run).flatMap(job => {
    const name = run.traces.get(job.wakes ?? job.target ?? '')?.name;
    if (core.queue.isHeld(job))
      return [{ reason: `${run.fn.slug} waits for its turn (concurrency, throttle, rateLimit)` }];
    return job.at > core.clock.now() ? [{ reason: later(job, run, name), at: job.at }] : [];
  });
}

function later(job: Job, run: Run, name: string | undefined): string {
  if (job.attempt > 0)
    return `${name ? `"${name}"` : run.fn.slug} is tried again (attempt ${job.attempt + 1}) at ${iso(job.at)}`;
  return job.wakes === undefined
    ? `${run.fn.slug} begins at ${iso(job.at)}`
    : `"${name ?? job.wakes}" sleeps until ${iso(job.at)}`;
}

function ofPauses(core: Core, run: Run): Wait[] {
  return core.pauses.of(run).flatMap(({ kind, key, stepId, timer }) => {
    const at = timer?.at;
    const until = at === undefined ? '' : ` until ${iso(at)}`;
    const name = run.traces.get(stepId)?.name ?? stepId;
    if (kind === 'event')
      return [
        {
          reason: `"${name}" waits for the event "${key}"${until}`,
          event: key,
          ...(at !== undefined && { at }),
        },
      ];
    // One that is invoked is asked itself.
    return kind === 'signal' ? [{ reason: `"${name}" waits for the signal "${key}"${until}` }] : [];
  });
}

/** What to call, as a sentence's end. */
export function remedyOf({ dueAt, events }: Standstill, now: number): string | undefined {
  const calls = [
    ...events.map(name => `app.send({ name: '${name}', … })`),
    ...(dueAt === undefined ? [] : [`app.advance('${duration(dueAt - now)}')`]),
  ];
  return calls.length > 0 ? `call ${calls.join(' or ')}` : undefined;
}
