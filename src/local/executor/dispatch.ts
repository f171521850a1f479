import { compile } from '../expression/expression';
import { field, text } from '../json';
import { bareEvent, names } from '../state/events';
import type { TriggerMatch } from '../state/registry';
import type { StoredEvent } from '../state/types';
import type { Admission } from './admission';
import type { Core } from './core';
import { cancelRun } from './finalize';
import { memo } from './memo';
import { matches, resume, resumeWaits } from './resume';

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

const rateLimited = memo.error({ name: 'Error', message: 'invoked function is rate limited' });

/** An invocation starts the function it names and no other; it is no trigger. */
function startInvoked(core: Core, admission: Admission, event: StoredEvent): void {
  const meta = field(event.data, '_inngest');
  const fn = core.registry.find(text(meta, 'fn_id') ?? '');
  const correlationId = text(meta, 'correlation_id');
  if (!fn) return;
  if (admission.start(core, fn, event) !== 'limited') return;
  // Whoever waits for the run that does not start is told so. As on the real server, nobody tells those whose
  // start was dropped for a singleton or superseded in a debounce.
  for (const pause of core.pauses.find('invoke', correlationId ?? '')) resume(core, pause, rateLimited);
}

/** Lets an event act: it cancels, ends waits, and starts runs. Each function starts once. */
export function dispatch(core: Core, admission: Admission, event: StoredEvent): void {
  cancelMatching(core, event);
  resumeWaits(core, event);
  if (event.name === names.invoked) return startInvoked(core, admission, event);
  const started = new Set<string>();
  for (const match of core.registry.triggeredBy(event.name)) {
    if (started.has(match.fn.uuid) || !fires(match, event)) continue;
    started.add(match.fn.uuid);
    admission.start(core, match.fn, event);
  }
}
