/** What a parent tells its stream through the nested run that it invokes (docs/decisions/0009). */
import { streamImage } from '../realtime/publisher';
import type { RunEvent } from '../realtime/channel';
import type { ItemProgress } from '../realtime/progress';
import type { Operations } from './operations';

/** More than this, in bytes of JSON, does not travel with the invoke: it waits for the parent's next op. */
const MOST = 64 * 1024;

/** Events that wait for an op of the parent's, on their way to the nested run's first op. */
export interface HandOver {
  events: RunEvent[];
  /** They were published by a nested run that ran, and else wait on. */
  settle(ran: boolean): void;
}

/** The id of a handed-over event, whoever publishes it in the end. */
export function handedOverId(stepCallId: string, ordinal: number): string {
  return `${stepCallId}/before#${ordinal}`;
}

/** Takes the waiting events for an invoke; undefined where they are too large. */
export function handOver(operations: Operations, stepCallId: string): HandOver | undefined {
  const waiting = operations.takeEvents();
  const events = waiting.map(({ event }) => streamImage(event));
  const tooLarge = JSON.stringify(events).length > MOST;
  const giveBack = () => {
    waiting.forEach(({ event, ownId }, ordinal) => {
      operations.defer(event, ownId ?? handedOverId(stepCallId, ordinal));
    });
  };
  if (tooLarge) {
    giveBack();
    return undefined;
  }
  return { events, settle: ran => (ran ? undefined : giveBack()) };
}

/** What travels with an invoke beside its input. */
export interface Tidings {
  events?: RunEvent[];
  /** Where the nested run is an item of a foreach: its progress event, without what only its end will show. */
  item?: ItemProgress;
}
