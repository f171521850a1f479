import type { Json } from '../json';
import { byteLength, canonical, field, isObject, text } from '../json';
import type { Core } from './core';
import { limits } from './limits';
import { memo } from './memo';
import { jobOfQueueItem } from './request';

/** What the app is told: a status, and a message unless all went well. */
export interface CheckpointReply {
  status: 200 | 400 | 409;
  error?: string;
}

const refuse = (status: 400 | 409, error: string): CheckpointReply => ({ status, error });

/**
 * Saves steps that the app executed on its own within one request. A request that has been given up and
 * repeated (an older generation) may not save any more.
 */
export function checkpoint(core: Core, runId: string, body: Json | undefined): CheckpointReply {
  const run = core.store.runs.get(runId);
  if (!run || run.ended) return refuse(400, 'run not found in state store');
  const steps = field(body, 'steps');
  if (!Array.isArray(steps)) return refuse(400, 'invalid request body: no steps');
  const job = core.queue.active(jobOfQueueItem(text(body, 'qi_id') ?? ''));
  const generation = field(body, 'generation_id');
  if (typeof generation === 'number' && generation > 0 && job?.generation !== generation) {
    return refuse(
      409,
      job ? 'stale dispatch: generation does not match' : 'stale dispatch: queue item not found',
    );
  }
  const reply = save(core, run, steps);
  if (reply.status === 200 && job) job.attempt = 0;
  return reply;
}

function save(
  core: Core,
  run: NonNullable<ReturnType<Core['store']['runs']['get']>>,
  steps: Json[],
): CheckpointReply {
  for (const step of steps) {
    const op = text(step, 'op') ?? '';
    if (!isObject(step) || !['StepRun', 'Step'].includes(op)) {
      if (op === 'StepPlanned' || op === 'DeferAdd' || op === 'DeferAbort') continue;
      return refuse(400, `cannot checkpoint opcode: ${op || 'None'}`);
    }
    const data = field(step, 'data');
    if (byteLength(canonical(data)) > limits.stepOutput)
      return refuse(400, 'step output size is greater than the limit');
    const id = text(step, 'id') ?? '';
    const name = text(step, 'displayName') ?? text(step, 'name') ?? id;
    const now = core.clock.now();
    run.save(id, memo.data(data));
    run.trace({ id, name, op }, now, { status: 'Completed', attempts: 1, endedAt: now });
  }
  return { status: 200 };
}
