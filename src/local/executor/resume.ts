import type { Json } from '../json';
import { newJob } from '../queue/job';
import type { Pause } from '../state/pauses';
import type { Run } from '../state/run';
import { bareEvent, eventPayload } from '../state/events';
import type { StoredEvent } from '../state/types';
import type { Core } from './core';
import { memo } from './memo';
import { tellStep } from './tell';

/** What tells one call of a function from another. */
export interface DiscoveryOptions {
  /** Two discoveries of a run with the same key are one. */
  key: string;
  /** In `race` mode the first completed step already asks what comes next. */
  parallelMode?: string | undefined;
  pending?: boolean;
  /** The step that completed last. */
  after?: string;
  /**
   * Whether the app may execute at once again (version 2). It may not after a request that was the first to
   * report several results.
   */
  relax?: boolean;
}

/**
 * Asks the function what comes next, unless steps that were planned together (version 2) are still open:
 * then the last of them does.
 */
export function discover(core: Core, run: Run, options: DiscoveryOptions): void {
  if (run.ended || (options.pending && options.parallelMode !== 'race')) return;
  if (run.requestVersion >= 2 && options.relax !== false) run.forceStepPlan = false;
  if (!run.claimJob(options.key)) return;
  const { parallelMode, after = run.stack.at(-1) } = options;
  core.queue.enqueue(newJob(run, core.clock.now(), { parallelMode, after }));
}

/** Saves a step's memo and asks what comes next. */
export function complete(
  core: Core,
  run: Run,
  stepId: string,
  json: string,
  options: { parallelMode?: string | undefined; relax?: boolean } = {},
): void {
  if (run.ended) return;
  const { saved, pending } = run.save(stepId, json);
  const failed = json.startsWith('{"error":');
  const trace = run.traces.get(stepId);
  if (trace) Object.assign(trace, { status: failed ? 'Failed' : 'Completed', endedAt: core.clock.now() });
  if (saved) tellStep(core, run, stepId);
  discover(core, run, { key: `next ${stepId}`, pending, after: stepId, ...options });
}

/** Ends a wait, once. */
export function resume(core: Core, pause: Pause, json: string): void {
  if (core.pauses.remove(pause)) {
    complete(core, pause.run, pause.stepId, json, { parallelMode: pause.parallelMode });
  }
}

/** Ends every wait that this event satisfies, and counts them. */
export function resumeWaits(core: Core, event: StoredEvent): number {
  let resumed = 0;
  for (const pause of core.pauses.matching('event', event.name)) {
    if (!matches(pause, event)) continue;
    resume(core, pause, memo.event(eventPayload(event)));
    resumed += 1;
  }
  return resumed;
}

/** Whether a wait's or a cancellation's expression accepts an event. */
export function matches(pause: Pause, event: StoredEvent): boolean {
  return pause.expression?.matches({ event: bareEvent(pause.run.event), async: bareEvent(event) }) ?? true;
}

/** Hands a signal's data to who waits for it; the run's id, or `undefined` if nobody does. */
export function deliverSignal(core: Core, signal: string, data: Json | undefined): string | undefined {
  const [pause] = core.pauses.find('signal', signal);
  if (!pause) return undefined;
  resume(core, pause, memo.data({ data: data ?? null, signal }));
  return pause.run.id;
}
