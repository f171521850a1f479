import type { Json, JsonObject } from '../json';
import { canonical, field, text } from '../json';
import { bareEvent, eventPayload, names } from '../state/events';
import type { Run, RunEnd } from '../state/run';
import type { FunctionError, StoredEvent } from '../state/types';
import type { Core } from './core';
import { deferredEvents } from './defers';
import { errorJson, memo } from './memo';
import { resume } from './resume';
import { tellEnded } from './tell';

/** How a run ends: what the function returned, or the error with the body it came in. */
export type Outcome =
  | { status: 'Completed'; result: Json | undefined }
  | { status: 'Failed'; error: FunctionError; body: Json | undefined }
  | { status: 'Cancelled' };

function outputOf(outcome: Outcome): string | undefined {
  if (outcome.status === 'Completed') return canonical(outcome.result ?? null);
  return outcome.status === 'Failed' ? canonical(outcome.body ?? errorJson(outcome.error)) : undefined;
}

/** What an invocation's event and the pause of the step that waits for it have in common. */
function correlationOf(event: StoredEvent): string | undefined {
  return text(field(event.data, '_inngest'), 'correlation_id');
}

function finishedData(run: Run, event: StoredEvent, outcome: Outcome): JsonObject {
  const data: JsonObject = {
    function_id: run.fn.slug,
    run_id: run.id,
    event: eventPayload(event),
    events: run.events.map(bareEvent),
    _inngest: { status: outcome.status },
  };
  if (outcome.status === 'Completed' && outcome.result !== undefined) data['result'] = outcome.result;
  if (outcome.status === 'Failed') {
    data['error'] = errorJson(outcome.error);
    if (outcome.body !== undefined) data['result'] = outcome.body;
  }
  const correlation = correlationOf(event);
  if (correlation !== undefined) data['correlation_id'] = correlation;
  return data;
}

/** The events that tell the world; a run that such an event started tells nobody. */
function endEvents(core: Core, run: Run, event: StoredEvent, outcome: Outcome): StoredEvent[] {
  if (event.name === names.finished || event.name === names.failed) return [];
  const now = core.clock.now();
  const data = finishedData(run, event, outcome);
  const bytes = JSON.stringify(data).length;
  const make = (name: string, id: string, internalId: string): StoredEvent => ({
    internalId,
    id,
    name,
    data,
    ts: now,
    receivedAt: now,
    bytes,
  });
  const finishedId = core.ulid();
  const events = [make(names.finished, finishedId, finishedId)];
  if (outcome.status === 'Failed') events.push(make(names.failed, run.id, core.ulid()));
  if (outcome.status === 'Cancelled') events.push(make(names.cancelled, run.id, core.ulid()));
  return events;
}

/** The parent's memo: a child that left no result, such as a cancelled one, resolves with the whole event. */
function parentMemo(outcome: Outcome, finished: StoredEvent | undefined): string {
  if (outcome.status === 'Failed') return memo.error(outcome.error);
  if (outcome.status === 'Completed' && outcome.result !== undefined) return memo.data(outcome.result);
  return finished ? memo.event(eventPayload(finished)) : memo.data(null);
}

/** Ends a run, once: jobs and waits go, whoever invoked it goes on, lifecycle events are sent. */
export function finalize(core: Core, run: Run, outcome: Outcome): boolean {
  if (run.ended) return false;
  const end: RunEnd = { status: outcome.status, output: outputOf(outcome), at: core.clock.now() };
  run.end = end;
  run.status = outcome.status;
  run.startedAt ??= end.at;
  tellEnded(core, run);
  core.queue.removeAll(run);
  core.pauses.removeAll(run);
  const told = run.events
    // Of a batch, the first event and each invocation.
    .filter((event, index) => index === 0 || correlationOf(event) !== undefined)
    .map(event => ({ event, ended: endEvents(core, run, event, outcome) }));
  for (const { event, ended } of told) {
    for (const pause of core.pauses.find('invoke', correlationOf(event) ?? ''))
      resume(core, pause, parentMemo(outcome, ended[0]));
  }
  core.store.archive(run);
  core.emit([...told.flatMap(({ ended }) => ended), ...deferredEvents(core, run)]);
  return true;
}

/** Ends a run as cancelled, also while a request of it is in flight: the answer will find it ended. */
export function cancelRun(core: Core, run: Run): boolean {
  return finalize(core, run, { status: 'Cancelled' });
}
