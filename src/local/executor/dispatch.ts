import { compile } from '../expression/expression';
import { field, text } from '../json';
import { bareEvent, names } from '../state/events';
import type { TriggerMatch } from '../state/registry';
import type { StoredEvent } from '../state/types';
import type { Core } from './core';
import { cancelRun } from './finalize';
import { matches, resumeWaits } from './resume';
import type { Idempotency } from './start';
import { startRun } from './start';

function cancelMatching(core: Core, event: StoredEvent): void {
  for (const pause of core.pauses.matching('cancel', event.name)) {
    // A run that is younger than the event, and the run the event itself starts, are left alone.
    if (event.internalId <= pause.run.id || pause.run.events.includes(event)) continue;
    if (matches(pause, event)) cancelRun(core, pause.run);
  }
}

function fires({ trigger }: TriggerMatch, event: StoredEvent): boolean {
  return trigger.expression === undefined || compile(trigger.expression).matches({ event: bareEvent(event) });
}

/** An invocation starts the function it names and no other; it is no trigger. */
function startInvoked(core: Core, event: StoredEvent): void {
  const meta = field(event.data, '_inngest');
  const fn = core.registry.find(text(meta, 'fn_id') ?? '');
  const correlationId = text(meta, 'correlation_id');
  if (fn) startRun(core, fn, [event], correlationId === undefined ? {} : { correlationId });
}

/** Lets an event act: it cancels, ends waits, and starts runs. Each function starts once. */
export function dispatch(core: Core, idempotency: Idempotency, event: StoredEvent): void {
  cancelMatching(core, event);
  resumeWaits(core, event);
  if (event.name === names.invoked) return startInvoked(core, event);
  const started = new Set<string>();
  for (const match of core.registry.triggeredBy(event.name)) {
    if (started.has(match.fn.uuid) || !fires(match, event)) continue;
    started.add(match.fn.uuid);
    // An id of the server's own is used once anyway.
    const fresh = event.id === event.internalId || idempotency.claim(match.fn, event.id, core.clock.now());
    if (fresh) startRun(core, match.fn, [event]);
  }
}
