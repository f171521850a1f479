import type { Json, JsonObject } from '../json';
import { byteLength, canonical, field, isObject, text } from '../json';
import type { Job } from '../queue/job';
import type { Run } from '../state/run';
import type { Core } from './core';
import { defer } from './defers';
import { limits } from './limits';
import { memo } from './memo';
import { jobOfQueueItem } from './request';
import { tellStep } from './tell';
import { beganAt } from './trace';

/** What the app is told: a status, and a message unless all went well. */
export interface CheckpointReply {
  status: 200 | 400 | 409 | 413;
  error?: string;
}

const saved: CheckpointReply = { status: 200 };
const refuse = (status: 400 | 409 | 413, error: string): CheckpointReply => ({ status, error });

/** A younger request is not checked: its job can hardly have been given up already. */
const freshFor = 10_000;

/** Whether the request that saves has been given up and repeated, or its job is done. */
function staleness(core: Core, body: JsonObject, job: Job | undefined): string | undefined {
  const generation = field(body, 'generation_id');
  const started = field(body, 'request_started_at');
  if (typeof generation !== 'number' || generation === 0) return undefined;
  // The app stamps requests with its own clock, which is the wall's even where the server's has been advanced.
  const age = typeof started === 'number' && started > 0 ? Date.now() - started : Number.POSITIVE_INFINITY;
  if (age >= 0 && age < freshFor) return undefined;
  if (!job) return 'stale dispatch: queue item not found';
  if (job.generation === generation) return undefined;
  return `stale dispatch: dispatch generation ${generation} does not match queue item generation ${job.generation}`;
}

/**
 * Saves steps that the app executed on its own within one request. Each resets the attempts of the request's job,
 * so every step has its own budget.
 */
export function checkpoint(core: Core, body: Json | undefined): CheckpointReply {
  if (!isObject(body)) return refuse(400, 'invalid request body');
  const run = core.store.runs.get(text(body, 'run_id') ?? '');
  if (!run || run.ended) return refuse(400, 'run not found in state store');
  const given = field(body, 'steps');
  const steps = Array.isArray(given) ? given : [];
  if (steps.some(step => waits.has(text(step, 'op') ?? '')))
    return refuse(400, 'cannot checkpoint async steps');
  const job = core.queue.find(jobOfQueueItem(text(body, 'qi_id') ?? ''));
  const stale = staleness(core, body, job);
  if (stale !== undefined) return refuse(409, stale);
  for (const [index, step] of steps.entries()) {
    // Attempts that failed were the first one's.
    const reply = save(core, run, step, index === 0 && job ? job.attempt + 1 : 1);
    if (reply.status !== 200) return reply;
  }
  if (job) job.attempt = 0;
  core.changed(run);
  return saved;
}

const waits = new Set(['Sleep', 'WaitForEvent', 'WaitForSignal', 'InvokeFunction', 'Gateway', 'AIGateway']);

function save(core: Core, run: Run, step: Json, attempts: number): CheckpointReply {
  const op = text(step, 'op') ?? 'None';
  const id = text(step, 'id') ?? '';
  if (op === 'StepPlanned' || defer(run, { op, id, opts: field(step, 'opts') })) return saved;
  if (op !== 'StepRun' && op !== 'Step') return refuse(400, `cannot checkpoint opcode: ${op}`);
  const data = field(step, 'data');
  const size = byteLength(canonical(data));
  if (size > limits.stepOutput) {
    return refuse(413, `step ${id} output too large: step output size is greater than the limit`);
  }
  if (run.stateBytes + size > limits.state)
    return refuse(413, 'run state size limit exceeded: state overflowed');
  const name = text(step, 'displayName') ?? text(step, 'name') ?? id;
  const now = core.clock.now();
  const { saved: isNew } = run.save(id, op === 'Step' ? canonical(data) : memo.data(data));
  const startedAt = beganAt(step, now, now);
  run.trace({ id, name, op }, now, { status: 'Completed', attempts, startedAt, endedAt: now });
  if (isNew) tellStep(core, run, id);
  return saved;
}
