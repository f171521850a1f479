import { compile } from '../expression/expression';
import { field, text } from '../json';
import { bareEvent, internalPrefix, names } from '../state/events';
import type { TriggerMatch } from '../state/registry';
import type { StoredEvent } from '../state/types';
import type { Admission } from './admission';
import type { Core } from './core';
import { cancelRun } from './finalize';
import { memo } from './memo';
import type { EventReceived } from '../server-activity';
import { nearest } from '../../wire/nearest';
import { matches, resume, resumeWaits } from './resume';

function cancelMatching(core: Core, event: StoredEvent): number {
  let cancelled = 0;
  for (const pause of core.pauses.matching('cancel', event.name)) {
    // A run that is younger than the event, and the run the event itself starts, are left alone.
    if (event.internalId <= pause.run.id || pause.run.events.includes(event)) continue;
    if (matches(pause, event) && cancelRun(core, pause.run)) cancelled += 1;
  }
  return cancelled;
}

function fires({ trigger }: TriggerMatch, event: StoredEvent): boolean {
  return trigger.expression === undefined || compile(trigger.expression).matches({ event: bareEvent(event) });
}

const rateLimited = memo.error({ name: 'Error', message: 'invoked function is rate limited' });

/** An invocation starts the function it names and no other; it is no trigger. */
function startInvoked(core: Core, admission: Admission, event: StoredEvent): EventReceived['starts'] {
  const meta = field(event.data, '_inngest');
  const fn = core.registry.find(text(meta, 'fn_id') ?? '');
  const correlationId = text(meta, 'correlation_id');
  if (!fn) return [];
  const came = admission.start(core, fn, event);
  const starts = [{ function: fn.slug, came }];
  if (came !== 'limited') return starts;
  // Whoever waits for the run that does not start is told so. As on the real server, nobody tells those whose
  // start was dropped for a singleton or superseded in a debounce.
  for (const pause of core.pauses.find('invoke', correlationId ?? '')) resume(core, pause, rateLimited);
  return starts;
}

function startTriggered(core: Core, admission: Admission, event: StoredEvent): EventReceived['starts'] {
  const started = new Set<string>();
  const starts: EventReceived['starts'] = [];
  for (const match of core.registry.triggeredBy(event.name)) {
    if (started.has(match.fn.uuid) || !fires(match, event)) continue;
    started.add(match.fn.uuid);
    starts.push({ function: match.fn.slug, came: admission.start(core, match.fn, event) });
  }
  return starts;
}

/** Lets an event act: it cancels, ends waits, and starts runs. Each function starts once. */
export function dispatch(core: Core, admission: Admission, event: StoredEvent): void {
  const cancelled = cancelMatching(core, event);
  const resumed = resumeWaits(core, event);
  const invoked = event.name === names.invoked;
  const starts = (invoked ? startInvoked : startTriggered)(core, admission, event);
  if (!core.tell.isHeard) return;
  const invokes = invoked ? text(field(event.data, '_inngest'), 'fn_id') : undefined;
  const told: EventReceived = {
    type: 'event.received',
    at: core.clock.now(),
    eventId: event.internalId,
    name: event.name,
    starts,
    resumed,
    cancelled,
    ...(invokes === undefined ? {} : { invokes }),
  };
  const meant = starts.length + resumed + cancelled > 0 ? undefined : meantBy(core, event, invokes);
  core.tell(meant === undefined ? told : { ...told, nearest: meant });
}

/** What an event that nobody takes was probably meant to be. */
function meantBy({ registry }: Core, { name }: StoredEvent, invokes: string | undefined): string | undefined {
  if (invokes !== undefined)
    return nearest(
      invokes,
      registry.functions.map(({ slug }) => slug),
    );
  if (name.startsWith(internalPrefix)) return undefined;
  const known = new Set(
    registry.functions.flatMap(({ triggers }) => triggers.map(({ event }) => event ?? '')),
  );
  // A function takes it, but its condition does not.
  return known.has(name) ? undefined : nearest(name, known);
}
