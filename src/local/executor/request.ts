import { ACCOUNT_ID, spanId } from '../ids';
import { byteLength, canonical, canonicalOf } from '../json';
import type { Job } from '../queue/job';
import type { Run } from '../state/run';
import { defersJson } from './defers';
import { limits } from './limits';

/** One request to an app. */
export interface ExecutionRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

function targetUrl(job: Job): string {
  const url = new URL(job.run.fn.url);
  url.searchParams.set('stepId', job.target ?? 'step');
  return url.href;
}

function context(job: Job, requestId: string, useApi: boolean): string {
  const { run } = job;
  return canonical({
    attempt: job.attempt,
    max_attempts: run.fn.maxAttempts,
    disable_immediate_execution: run.forceStepPlan,
    env: '',
    fn_id: run.fn.uuid,
    run_id: run.id,
    step_id: 'step',
    generation_id: job.generation,
    job_id: job.id,
    qi_id: queueItem(job),
    request_id: requestId,
    stack: { current: job.after === undefined ? 0 : run.stack.indexOf(job.after) + 1, stack: run.stack },
    use_api: useApi,
  });
}

/** The name under which checkpoints come back to this job. */
function queueItem(job: Job): string {
  return Buffer.from(`${job.id}::default`).toString('base64');
}

/** The job's id in a checkpoint's `qi_id`. */
export function jobOfQueueItem(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString('utf8').split('::')[0] ?? '';
}

/** Memos and replaced inputs, as one canonical object. */
export function stepsJson(run: Run): string {
  return canonicalOf([...run.steps, ...run.inputs]);
}

function body(job: Job, requestId: string, useApi: boolean): string {
  const { run } = job;
  return canonicalOf([
    ['ctx', context(job, requestId, useApi)],
    ['defers', defersJson(run)],
    ['event', run.eventsJson[0] ?? '{}'],
    ['events', `[${useApi ? '' : run.eventsJson.join(',')}]`],
    ['steps', useApi ? '{}' : stepsJson(run)],
    ['use_api', String(useApi)],
    ['version', String(run.requestVersion)],
  ]);
}

/** Builds what the app gets for a job; large state is left out, and the app fetches it. */
export function buildRequest(job: Job, requestId: string): ExecutionRequest {
  const { run } = job;
  const estimate = run.stateBytes + run.eventsBytes;
  let json = body(job, requestId, estimate > limits.request);
  if (estimate <= limits.request && byteLength(json) > limits.request) json = body(job, requestId, true);
  return {
    url: targetUrl(job),
    headers: {
      'content-type': 'application/json',
      'account-id': ACCOUNT_ID,
      'x-run-id': run.id,
      'x-inngest-step-id': job.target ?? 'step',
      'x-inngest-req-version': String(run.requestVersion),
      'x-request-id': requestId,
      'x-inngest-generation-id': String(job.generation),
      'x-inngest-job-id': job.id,
      traceparent: `00-${spanId(16)}-${spanId(8)}-01`,
    },
    body: json,
  };
}
