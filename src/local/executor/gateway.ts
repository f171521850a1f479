import { field, isObject, text } from '../json';
import type { Job } from '../queue/job';
import type { Opcode } from './answer';
import type { Core } from './core';
import { memo } from './memo';
import { complete } from './resume';
import { BadReport, modeOf } from './waits';

// They are about the connection, which is the server's and not the app's.
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** Header names as the real server writes them: `Content-Type`. */
function shownHeaders(headers: Headers): Record<string, string> {
  const shown = [...headers].filter(([name]) => !hopByHop.has(name));
  const title = (name: string): string => name.replace(/(^|-)[a-z]/g, start => start.toUpperCase());
  return Object.fromEntries(shown.map(([name, value]) => [title(name), value]));
}

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
      headers: shownHeaders(answer.headers),
      status_code: answer.status,
      url,
    };
    complete(core, run, op.id, memo.data(received), modeOf(op));
  } catch {
    const message = 'Error making gateway request: Unable to reach SDK URL';
    if (job.attempt + 1 < run.fn.maxAttempts) throw new BadReport(message);
    complete(core, run, op.id, memo.error({ name: 'GatewayError', message }), modeOf(op));
  }
}
