import { field, parseJson, text } from '../json';
import type { Job } from '../queue/job';
import type { Run } from '../state/run';
import type { ActivityError } from '../server-activity';
import type { Core } from './core';
import { runError } from './memo';

/** What the observer is told of runs and steps. */

const inRun = ({ clock }: Core, run: Run) => ({ at: clock.now(), runId: run.id, function: run.fn.slug });

const errorOf = (error: unknown): ActivityError => ({
  name: text(error, 'name') ?? 'Error',
  message: text(error, 'message') ?? '',
});

export function tellStarted(core: Core, run: Run): void {
  core.tell({ type: 'run.started', ...inRun(core, run), event: run.event.name });
}

export function tellEnded(core: Core, run: Run): void {
  const { end, startedAt } = run;
  if (!end) return;
  core.tell({
    type: 'run.ended',
    ...inRun(core, run),
    status: end.status,
    milliseconds: end.at - (startedAt ?? end.at),
    ...(end.status === 'Completed' && end.output !== undefined ? { output: end.output } : {}),
    ...(end.status === 'Failed' ? { error: errorOf(runError(parseJson(end.output ?? ''), '')) } : {}),
  });
}

/** A step has its memo, or waits for it. */
export function tellStep(core: Core, run: Run, stepId: string): void {
  const trace = run.traces.get(stepId);
  if (!trace) return;
  const { name: step, op, status } = trace;
  const of = { ...inRun(core, run), step, op };
  if (status === 'Waiting') return core.tell({ type: 'step.waiting', ...of });
  if (status !== 'Completed' && status !== 'Failed') return;
  const memo = run.steps.get(stepId);
  core.tell({
    type: 'step.ended',
    ...of,
    status,
    attempts: trace.attempts,
    milliseconds: (trace.endedAt ?? trace.startedAt) - trace.startedAt,
    ...(status === 'Completed' && memo !== undefined ? { output: memo } : {}),
    ...(status === 'Failed' ? { error: errorOf(field(parseJson(memo ?? ''), 'error')) } : {}),
  });
}

/** The job's attempt failed and will be repeated; `step` is the one that reported it, if the app has said. */
export function tellRetry(core: Core, job: Job, error: unknown, step?: { name: string; op: string }): void {
  const { run } = job;
  const failed = step ?? (job.target === undefined ? undefined : run.traces.get(job.target));
  const retry = {
    ...inRun(core, run),
    attempt: job.attempt,
    attempts: run.fn.maxAttempts,
    retryAt: job.at,
    error: errorOf(error),
  };
  if (failed) core.tell({ type: 'step.retried', ...retry, step: failed.name, op: failed.op });
  else core.tell({ type: 'run.retried', ...retry });
}
