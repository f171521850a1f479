import { messageOf } from '../errors';
import { field, isObject, text } from '../json';
import type { Job } from '../queue/job';
import type { Opcode } from './answer';
import type { Core } from './core';
import { memo } from './memo';
import { complete } from './resume';
import { BadReport, modeOf } from './waits';

/** `step.fetch`: the server makes the request, so that the app need not wait for it. */
export async function gateway(core: Core, job: Job, op: Opcode): Promise<void> {
  const { run } = job;
  const url = text(op.opts, 'url') ?? '';
  const headers: Record<string, string> = {};
  const given = field(op.opts, 'headers');
  for (const [name, value] of Object.entries(isObject(given) ? given : {})) {
    if (typeof value === 'string') headers[name] = value;
  }
  const method = text(op.opts, 'method') || 'GET';
  const body = text(op.opts, 'body');
  try {
    const answer = await fetch(url, { method, headers, ...(body ? { body } : {}) });
    const received = {
      body: await answer.text(),
      headers: Object.fromEntries(answer.headers),
      status_code: answer.status,
      url,
    };
    complete(core, run, op.id, memo.data(received), modeOf(op).parallelMode);
  } catch (error) {
    const message = `Error making gateway request: ${messageOf(error)}`;
    if (job.attempt + 1 < run.fn.maxAttempts) throw new BadReport(message);
    complete(core, run, op.id, memo.error({ name: 'GatewayError', message }), modeOf(op).parallelMode);
  }
}
