import type { Core } from '../executor/core';
import type { Json, JsonObject } from '../json';
import type { Job } from '../queue/job';
import type { Pause } from '../state/pauses';
import type { Run } from '../state/run';
import type { Entry } from './journal';
import { plain } from './plain';

function jobRow(core: Core, job: Job): Json {
  const { run: _, ...rest } = job;
  return plain({ ...rest, underWay: core.queue.isUnderWay(job) });
}

function pauseRow({ run: _run, timer, expression, ...pause }: Pause): Json {
  return plain({ ...pause, at: timer?.at, expression: expression?.source });
}

/** What a run was started with: it never changes. */
function startRow(run: Run): JsonObject {
  const { eventsJson: _, ...options } = run.options;
  return {
    fn: run.fn.uuid,
    events: plain(run.events),
    queuedAt: run.queuedAt,
    options: plain(options),
  };
}

function stateRow(core: Core, run: Run): Json {
  const { status, startedAt, end, stack, requestVersion, forceStepPlan } = run;
  return plain({
    ...{ status, startedAt, end, stack, requestVersion, forceStepPlan },
    inputs: [...run.inputs],
    defers: [...run.defers],
    traces: [...run.traces.values()],
    pending: [...run.pending],
    jobKeys: [...run.jobKeys],
    jobs: core.queue.of(run).map(job => jobRow(core, job)),
    pauses: core.pauses.of(run).map(pauseRow),
  });
}

/** Runs whose start is recorded, with the steps whose memos are. */
const recorded = new WeakMap<Run, Set<string>>();

/** A run that was read from a record. */
export function asRecorded(run: Run): void {
  recorded.set(run, new Set(run.steps.keys()));
}

/** The entries that bring the record of a run up to date. */
export function runEntries(core: Core, run: Run): Entry[] {
  const known = recorded.get(run) ?? new Set<string>();
  const memoKey = (stepId: string) => `${run.id} ${stepId}`;
  if (!core.store.runs.has(run.id)) {
    recorded.delete(run);
    return [
      ['start', run.id, null],
      ['state', run.id, null],
      ...[...known].map((stepId): Entry => ['memo', memoKey(stepId), null]),
    ];
  }
  const entries: Entry[] = recorded.has(run) ? [] : [['start', run.id, startRow(run)]];
  entries.push(['state', run.id, stateRow(core, run)]);
  for (const [stepId, memo] of run.steps) {
    if (!known.has(stepId)) entries.push(['memo', memoKey(stepId), memo]);
  }
  for (const stepId of known) if (!run.steps.has(stepId)) entries.push(['memo', memoKey(stepId), null]);
  asRecorded(run);
  return entries;
}
