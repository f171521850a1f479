import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../json';
import { field, isObject, text } from '../json';
import { names } from '../state/events';
import type { Run } from '../state/run';
import type { StoredEvent } from '../state/types';
import type { Opcode } from './answer';
import type { Core } from './core';
import { memo } from './memo';
import { complete } from './resume';
import { deadlineOrYear, modeOf, wait } from './waits';

/** The event that starts exactly one function. `meta` is what goes into its `_inngest`. */
function invocationEvent(core: Core, payload: JsonObject, meta: JsonObject): StoredEvent {
  const given = field(payload, 'data');
  const id = core.ulid();
  const now = core.clock.now();
  const event: StoredEvent = {
    internalId: id,
    id: text(payload, 'id') || id,
    name: names.invoked,
    data: { ...(isObject(given) ? given : {}), _inngest: meta },
    ts: now,
    receivedAt: now,
    bytes: JSON.stringify(payload).length,
  };
  const user = field(payload, 'user');
  const version = field(payload, 'v');
  if (user !== undefined && user !== null) event.user = user;
  if (version !== undefined) event.v = version;
  return event;
}

const timedOut = 'Timed out waiting for invoked function to complete';

/** `step.invoke`: starts the function and waits for its end. */
export function invoke(core: Core, run: Run, op: Opcode): void {
  const slug = text(op.opts, 'function_id') ?? '';
  const at = deadlineOrYear(op, core.clock);
  if (!run.claimJob(`wait ${op.id}`)) return;
  if (!core.registry.find(slug)) {
    const message = `could not find function with ID: ${slug}`;
    return complete(core, run, op.id, memo.error({ name: 'Error', message }), modeOf(op));
  }
  const correlationId = `${run.id}.${op.id}`;
  const name = 'InngestInvokeTimeoutError';
  wait(
    core,
    { kind: 'invoke', key: correlationId, run, stepId: op.id, ...modeOf(op) },
    at,
    memo.error({ error: `${name}: ${timedOut}`, name, message: timedOut }),
  );
  const payload = field(op.opts, 'payload');
  const event = invocationEvent(core, isObject(payload) ? payload : {}, {
    correlation_id: correlationId,
    expire: at,
    fn_id: slug,
    gid: randomUUID(),
    name: op.displayName,
    source_app_id: run.fn.appUuid,
    source_fn_id: run.fn.uuid,
    source_fn_v: 1,
  });
  core.emit([event]);
}

/** The dashboard's invocation: like `step.invoke`, but nobody waits. */
export function invokeFromOutside(core: Core, slug: string, payload: Json | undefined): string {
  const event = invocationEvent(core, isObject(payload) ? payload : {}, {
    expire: 0,
    fn_id: slug,
    gid: '',
    name: '',
    source_app_id: '',
    source_fn_id: '',
    source_fn_v: 0,
  });
  core.emit([event]);
  return event.internalId;
}
