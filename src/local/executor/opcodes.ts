import { Problem } from '../errors';
import type { Job } from '../queue/job';
import { newJob } from '../queue/job';
import type { Answer, Opcode } from './answer';
import type { Core } from './core';
import { defer } from './defers';
import { finalize } from './finalize';
import { gateway } from './gateway';
import { invoke } from './invoke';
import { limits } from './limits';
import { memo, stepError } from './memo';
import { complete, discover } from './resume';
import { tellStep } from './tell';
import { beganAt, inputOf } from './trace';
import { BadReport, FatalReport, modeOf, sleep, waitForEvent, waitForSignal } from './waits';
import { byteLength, canonical } from '../json';

type Ops = Extract<Answer, { kind: 'ops' }>;

/** Ops that leave the run with something to do later, as opposed to results. */
const planOps = new Set([
  'StepPlanned',
  'Sleep',
  'WaitForEvent',
  'WaitForSignal',
  'InvokeFunction',
  'Gateway',
  'AIGateway',
]);

/** A step reported an error and has attempts left: the same job is tried again. */
export class StepRetry extends Problem {
  constructor(readonly op: Opcode) {
    super();
  }
}

function saveResult(core: Core, job: Job, op: Opcode, json: string): void {
  const { run } = job;
  if (run.stateBytes + byteLength(json) > limits.state) {
    throw new FatalReport(
      'InngestErrStateOverflowed',
      `The function run exceeded the state size limit of ${limits.state} bytes.`,
    );
  }
  const parallelMode = modeOf(op).parallelMode ?? job.parallelMode;
  const now = core.clock.now();
  const startedAt = beganAt(op.raw, now, job.sentAt);
  const change = { attempts: job.attempt + 1, startedAt, ...inputOf(op) };
  if (!run.steps.has(op.id)) run.trace({ id: op.id, name: op.displayName, op: op.op }, now, change);
  complete(core, run, op.id, json, { parallelMode, relax: job.planned });
}

function plan(core: Core, job: Job, op: Opcode): void {
  const { run } = job;
  run.trace({ id: op.id, name: op.displayName, op: op.op }, core.clock.now(), inputOf(op));
  if (!run.claimJob(`plan ${op.id}`)) return;
  core.queue.enqueue(newJob(run, core.clock.now(), { target: op.id, after: job.after, ...modeOf(op) }));
}

async function handle(core: Core, job: Job, op: Opcode, answer: Ops): Promise<void> {
  const { run } = job;
  switch (op.op) {
    case 'Step':
      // Of SDKs before steps and errors were told apart: it brings its own wrapping.
      return saveResult(core, job, op, canonical(op.data));
    case 'StepRun':
      return saveResult(core, job, op, memo.data(op.data));
    case 'StepError':
      if (!answer.noRetry && job.attempt + 1 < run.fn.maxAttempts) throw new StepRetry(op);
      return saveResult(core, job, op, memo.error({ ...stepError(op.error), noRetry: answer.noRetry }));
    case 'StepFailed':
      return saveResult(core, job, op, memo.error(stepError(op.error)));
    case 'StepPlanned':
      return plan(core, job, op);
    case 'RunComplete':
      return void finalize(core, run, { status: 'Completed', result: op.data ?? null });
    case 'DiscoveryRequest':
      return discover(core, run, { key: `discovery ${op.id} ${job.id}` });
    case 'None':
      return;
    default:
      return await handleWait(core, job, op);
  }
}

async function handleWait(core: Core, job: Job, op: Opcode): Promise<void> {
  const { run } = job;
  const isNew = !run.traces.has(op.id);
  run.trace({ id: op.id, name: op.displayName, op: op.op }, core.clock.now(), {
    status: 'Waiting',
    ...inputOf(op),
  });
  if (isNew) tellStep(core, run, op.id);
  switch (op.op) {
    case 'Sleep':
      return sleep(core, run, op);
    case 'WaitForEvent':
      return waitForEvent(core, run, op);
    case 'WaitForSignal':
      return waitForSignal(core, run, op);
    case 'InvokeFunction':
      return invoke(core, run, op);
    case 'Gateway':
      return await gateway(core, job, op);
    default:
      run.traces.delete(op.id);
      throw new BadReport(`unknown opcode: ${op.op}`);
  }
}

/** Each op has its effect, whatever becomes of the others; the first that failed decides about the attempt. */
async function handleAll(core: Core, job: Job, ops: Opcode[], answer: Ops): Promise<void> {
  const outcomes = await Promise.allSettled(ops.map(async op => await handle(core, job, op, answer)));
  const failed = outcomes.find(outcome => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * Acts on what an answer reports. Waits for events come first, so that a sibling that sends the event
 * can't be faster.
 * @throws StepRetry, BadReport (the attempt failed), FatalReport (the run failed)
 */
export async function handleOps(core: Core, job: Job, answer: Ops): Promise<void> {
  const { run } = job;
  const { ops } = answer;
  const working = ops.filter(op => !defer(run, op));
  if (working.every(op => op.op === 'None' && op.id === '')) {
    return discover(core, run, { key: `restart ${job.id} ${job.generation}` });
  }
  if (run.requestVersion === -1) run.requestVersion = answer.version;
  if (working.length > 1) run.forceStepPlan = true;
  if (ops.length > limits.steps) {
    throw new FatalReport(
      'InngestErrFunctionOverflowed',
      `The function run exceeded the step limit of ${limits.steps} steps.`,
    );
  }
  if (run.requestVersion >= 2 && working.length > 1 && working.some(op => planOps.has(op.op))) {
    run.pending = new Set(working.map(op => op.id).filter(id => !run.steps.has(id)));
  }
  const first = working.filter(op => op.op === 'WaitForEvent');
  const rest = working.filter(op => op.op !== 'WaitForEvent');
  for (const group of [first, rest]) await handleAll(core, job, group, answer);
}
