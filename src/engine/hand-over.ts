/** What a parent tells its stream through the nested run that it invokes (docs/events.md). */
import { streamImage } from '../realtime/image';
import type { RunEvent } from '../realtime/channel';
import type { ItemProgress } from '../realtime/progress';
import { jsonSize } from '../wire/limits';
import type { Operations } from './operations';

/** More than this, in bytes of JSON, does not travel with the invoke: it waits for the parent's next op. */
const MAX_BYTES = 64 * 1024;

/** Events that wait for an op of the parent's, on their way to the nested run's first op. */
export interface HandOver {
  events: RunEvent[];
  /** They were published by a nested run that ran, and else wait on. */
  settle(ran: boolean): void;
}

interface Image {
  image: RunEvent;
  size: number;
}

// What was too large for one invoke is so for the next, and a foreach may have thousands.
const known = new WeakMap<RunEvent, Image>();

function imageOf(event: RunEvent): Image {
  const before = known.get(event);
  if (before) return before;
  const image = streamImage(event);
  const made = { image, size: jsonSize(image) };
  known.set(event, made);
  return made;
}

/** Takes the waiting events for an invoke; undefined where they are too large. */
export function handOver(operations: Operations, stepCallId: string): HandOver | undefined {
  const waiting = operations.takeEvents(stepCallId);
  const images = waiting.map(({ event }) => imageOf(event));
  const tooLarge = images.reduce((sum, { size }) => sum + size, 0) > MAX_BYTES;
  if (tooLarge) {
    operations.giveBack(waiting);
    return undefined;
  }
  return {
    events: waiting.map(({ ownId }, place) => ({
      ...(images[place]?.image ?? { type: '' }),
      mastraEventId: ownId,
    })),
    settle: ran => (ran ? undefined : operations.giveBack(waiting)),
  };
}

/** What travels with an invoke beside its input. */
export interface InvokeAttachments {
  events?: RunEvent[];
  /** Where the nested run is an item of a foreach: its progress event, without what only its end will show. */
  item?: ItemProgress;
}
