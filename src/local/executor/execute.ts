import { ConnectionLost, NoAnswer, messageOf } from '../errors';
import type { Job } from '../queue/job';
import type { Answer, Opcode } from './answer';
import { interpret, serverFailure } from './answer';
import type { Core } from './core';
import { finalize } from './finalize';
import { memo, runError } from './memo';
import { StepRetry, handleOps } from './opcodes';
import { tellRetry, tellStarted, tellStep } from './tell';
import { buildRequest } from './request';
import { limitFinish } from './timeouts';
import { BadReport, FatalReport } from './waits';

type Failed = Extract<Answer, { kind: 'failed' }>;

/** Enqueues the same job once more: the next attempt, in a new generation. */
function retry(core: Core, job: Job, retryAt: number | undefined, error: unknown, step?: Opcode): void {
  const now = core.clock.now();
  job.attempt += 1;
  job.generation += 1;
  job.at = Math.max(now, retryAt ?? now + core.retryDelay(job.attempt));
  tellRetry(core, job, error, step && { name: step.displayName, op: step.op });
  core.queue.enqueue(job);
}

function fail(core: Core, job: Job, answer: Failed): void {
  const error = runError(answer.body, answer.verdict);
  if (!answer.noRetry && job.attempt + 1 < job.run.fn.maxAttempts)
    return retry(core, job, answer.retryAt, error);
  finalize(core, job.run, { status: 'Failed', error, body: answer.body });
}

async function act(core: Core, job: Job, answer: Answer): Promise<void> {
  if (answer.kind === 'failed') return fail(core, job, answer);
  if (answer.kind === 'result') {
    if (job.run.requestVersion === -1) job.run.requestVersion = answer.version;
    return void finalize(core, job.run, { status: 'Completed', result: answer.body });
  }
  try {
    await handleOps(core, job, answer);
  } catch (thrown) {
    if (thrown instanceof StepRetry) return retry(core, job, answer.retryAt, thrown.op.error, thrown.op);
    if (thrown instanceof FatalReport) {
      const { errorName: name, message, details } = thrown;
      return fail(core, job, serverFailure(message, { name, stack: details, noRetry: true }));
    }
    if (!(thrown instanceof BadReport)) throw thrown;
    const { noRetry, retryAt } = answer;
    fail(core, job, serverFailure(thrown.message, { noRetry, retryAt }));
  }
}

/** A sleep is over: its memo is saved once, and the function is asked unless siblings are still open. */
function wake(core: Core, job: Job): boolean {
  const { run } = job;
  if (job.wakes === undefined || job.attempt > 0) return true;
  const { saved, pending } = run.save(job.wakes, memo.nothing);
  Object.assign(run.traces.get(job.wakes) ?? {}, { status: 'Completed', endedAt: core.clock.now() });
  if (saved) tellStep(core, run, job.wakes);
  return !pending || job.parallelMode === 'race';
}

function unanswered(error: unknown): Answer {
  if (error instanceof NoAnswer) return serverFailure(error.message);
  const retryAt = error instanceof ConnectionLost ? error.retryAt : undefined;
  return serverFailure('Unable to reach SDK URL', { retryAt });
}

/** Sends the request and acts on the answer, unless the run has ended meanwhile. */
async function attempt(core: Core, job: Job): Promise<void> {
  const { run } = job;
  if (run.startedAt === undefined) {
    run.startedAt = core.clock.now();
    limitFinish(core, run);
    tellStarted(core, run);
  }
  // A later registration may have moved the app.
  run.fn = core.registry.find(run.fn.uuid) ?? run.fn;
  run.status = 'Running';
  const request = buildRequest(job, core.ulid());
  job.planned = run.forceStepPlan;
  job.sentAt = core.clock.now();
  // The request after a sleep still asks for plans; only those after it may execute at once again.
  if (job.wakes !== undefined && job.attempt === 0 && run.requestVersion >= 2) run.forceStepPlan = false;
  core.changed(run);
  let answer: Answer;
  try {
    answer = interpret(await core.send(request.url, request.headers, request.body), core.clock.now());
  } catch (error) {
    answer = unanswered(error);
  }
  // What an app answers after its run was cancelled or ended elsewhere does not count.
  if (run.ended) return;
  const target = job.target === undefined ? undefined : run.traces.get(job.target);
  if (target) target.attempts = job.attempt + 1;
  await act(core, job, answer);
}

/** Executes a job: one request to the app, and what follows from the answer. Never rejects. */
export async function execute(core: Core, job: Job): Promise<void> {
  try {
    if (wake(core, job)) await attempt(core, job);
  } catch (error) {
    // A defect of this server or of an answer it did not foresee ends one run, not the process.
    const body = { name: 'Error', message: messageOf(error) };
    finalize(core, job.run, { status: 'Failed', error: body, body });
  }
}
