import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../json';
import { byteLength, canonical, field, isObject, text } from '../json';
import { names } from '../state/events';
import type { Run } from '../state/run';
import type { StoredEvent } from '../state/types';
import type { Core } from './core';
import { limits } from './limits';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The same for the same run and step: an id of the run's time, which starts the deferred function once. */
function eventIdOf(run: Run, hashedId: string): string {
  const drawn = createHash('sha256').update(`${run.id} ${hashedId}`).digest();
  return run.id.slice(0, 10) + [...drawn.subarray(0, 16)].map(byte => alphabet[byte % 32]).join('');
}

/** A `defer()`: the function it names is to start once the run is over. One too many, or too large, never does. */
function add(run: Run, id: string, opts: JsonObject): void {
  const given = field(opts, 'input') ?? null;
  const fnSlug = text(opts, 'fn_slug') ?? '';
  if (run.defers.has(id) || !fnSlug || run.defers.size >= limits.defers) return;
  const bytes = [...run.defers.values()].reduce((sum, one) => sum + one.bytes, byteLength(canonical(given)));
  const fits = bytes <= limits.deferred && (given === null || isObject(given));
  run.defers.set(id, {
    fnSlug,
    input: fits && isObject(given) ? given : {},
    bytes: fits ? byteLength(canonical(given)) : 0,
    abortable: fits,
  });
}

/** Takes note of what a run defers, or does not any more. @returns whether the op was one of these */
export function defer(run: Run, op: { op: string; id: string; opts: Json | undefined }): boolean {
  if (op.op !== 'DeferAdd' && op.op !== 'DeferAbort') return false;
  if (op.op === 'DeferAdd') add(run, op.id, isObject(op.opts) ? op.opts : {});
  const target = run.defers.get(text(op.opts, 'target_hashed_id') ?? '');
  if (op.op === 'DeferAbort' && target) target.abortable = false;
  return true;
}

/** What the app is told of them with each request. */
export function defersJson(run: Run): string {
  return canonical(Object.fromEntries([...run.defers].map(([id, { abortable }]) => [id, { abortable }])));
}

/** The events that start the deferred functions of a run that has ended, however it did. */
export function deferredEvents(core: Core, run: Run): StoredEvent[] {
  const now = core.clock.now();
  const waiting = [...run.defers].filter(([, { abortable }]) => abortable);
  return waiting.map(([id, { fnSlug, input, bytes }]) => ({
    internalId: core.ulid(),
    id: eventIdOf(run, id),
    name: names.deferred,
    data: {
      ...input,
      _inngest: {
        fn_slug: fnSlug,
        parent_app_id: run.fn.appUuid,
        parent_fn_id: run.fn.uuid,
        parent_fn_slug: run.fn.slug,
        parent_run_id: run.id,
      },
    },
    ts: now,
    receivedAt: now,
    bytes,
  }));
}
