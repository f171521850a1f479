/**
 * Sends events that are longer than one realtime message, which the server would cut in the middle of its JSON. They go out twice:
 * in parts on a topic of their own, for subscribers of this package, and without their bulky fields on the topic that
 * everybody reads (docs/events.md).
 */
import type { Json } from '../wire/json';
import { jsonSize, LIMITS } from '../wire/limits';
import type { RunEvent } from './channel';

/** The topic of parts. */
export const PARTS_TOPIC = 'parts';

/** Bytes of an event in one part; base64 makes 4/3 of it, which leaves room for the part's own fields. */
const PART = 360 * 1024;

/** A piece of a long event. */
export interface EventPart {
  mastraEventId: string;
  /** 0-based. */
  part: number;
  parts: number;
  base64: string;
}

/** Fields of an event's payload that are never long. */
const BRIEF = new Set(
  'id stepCallId status startedAt endedAt completedCount totalCount currentIndex iterationStatus runId workflowStatus'.split(
    ' ',
  ),
);

/** An event as it goes out: in one message, or in parts and an extract that says how many. */
export interface Outgoing {
  message: RunEvent;
  parts: EventPart[];
}

export function outgoing(event: RunEvent): Outgoing {
  if (jsonSize(event) <= LIMITS.realtimeMessage) return { message: event, parts: [] };
  const bytes = Buffer.from(JSON.stringify(event));
  const count = Math.ceil(bytes.length / PART);
  const parts = Array.from({ length: count }, (_, part) => ({
    mastraEventId: String(event.mastraEventId),
    part,
    parts: count,
    base64: bytes.subarray(part * PART, (part + 1) * PART).toString('base64'),
  }));
  return { message: extract(event, count), parts };
}

function extract({ type, payload, mastraEventId, mastraLeg }: RunEvent, parts: number): RunEvent {
  const kept = Object.entries(payload ?? {}).filter(([name]) => BRIEF.has(name));
  const event: RunEvent = {
    type,
    payload: { ...Object.fromEntries(kept), truncated: true },
    mastraEventId,
    mastraParts: parts,
  };
  return mastraLeg === undefined ? event : { ...event, mastraLeg };
}

/** Puts long events together again. */
export class PartsBin {
  private readonly waiting = new Map<string, (string | undefined)[]>();

  add({ mastraEventId, part, parts, base64 }: EventPart): void {
    const known = this.waiting.get(mastraEventId) ?? new Array<string | undefined>(parts).fill(undefined);
    known[part] = base64;
    this.waiting.set(mastraEventId, known);
  }

  /** The whole event, once all its parts are here; it is forgotten then. */
  take(mastraEventId: string): RunEvent | undefined {
    const known = this.waiting.get(mastraEventId);
    if (!known?.every(part => part !== undefined)) return undefined;
    this.waiting.delete(mastraEventId);
    const bytes = Buffer.concat(known.map(part => Buffer.from(String(part), 'base64')));
    return JSON.parse(bytes.toString('utf8')) as RunEvent & Record<string, Json>;
  }

  /** Forgets an event whose parts did not all come. */
  drop(mastraEventId: string): void {
    this.waiting.delete(mastraEventId);
  }
}
