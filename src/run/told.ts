import { type PublishedEvent, positionText } from '../realtime/channel';

/** Where an event stands among those of its op. */
export interface Position {
  op: string;
  /** 0-based. */
  number: number;
}

/** The position of an event; undefined for one that was never published, which core's older streams make for themselves. */
export function positionOf(event: PublishedEvent): Position | undefined {
  const text = positionText(event);
  const mark = text.lastIndexOf('#');
  const number = Number(text.slice(mark + 1));
  return mark > 0 && Number.isInteger(number) ? { op: text.slice(0, mark), number } : undefined;
}

/**
 * Which events one watcher has been told: how many of each op, and some by name. An op that is executed again may write more or
 * fewer events before its step's end; the end has a name, so it is told once all the same.
 */
export class Told {
  private readonly next = new Map<string, number>();
  private readonly names = new Set<string>();
  /** The `stepCallId` of each op's own step. A workflow of core's has inner steps with others. */
  private readonly calls = new Map<string, unknown>();

  /**
   * The name of an event that is not known by its position: one that several ops publish, the start and end of an op's step, an
   * item's end. Undefined for what a step writes, and for inner steps of a workflow of core's.
   */
  nameOf({ op }: Position, event: PublishedEvent): string | undefined {
    if (event.mastraPosition !== undefined) return event.mastraEventId;
    const { id, stepCallId, currentIndex } = event.payload ?? {};
    const own = this.calls.get(op);
    // The op of an item tells no step of its own.
    const isItem = own === undefined && event.mastraExecution !== undefined;
    const isOwn = stepCallId !== undefined && (own === undefined || own === stepCallId);
    const call = isOwn ? stepCallId : isItem ? currentIndex : undefined;
    return call === undefined ? undefined : [op, event.type, id, call].join(' ');
  }

  /** The event was told. */
  has(position: Position, event: PublishedEvent): boolean {
    const name = this.nameOf(position, event);
    return this.isBehind(position) && (name === undefined || this.names.has(name));
  }

  /** All of the op up to there was told. */
  isBehind({ op, number }: Position): boolean {
    return number < (this.next.get(op) ?? 0);
  }

  /** Nothing of the op was told. */
  isUnknown(op: string): boolean {
    return !this.next.has(op);
  }

  /** What comes before the event in its op was told. */
  isNext({ op, number }: Position): boolean {
    return number <= (this.next.get(op) ?? 0);
  }

  /** Notes an event, and `count - 1` more after it. Returns false for one whose name is known. */
  add(position: Position, event: PublishedEvent, count = 1): boolean {
    const { op, number } = position;
    const name = this.nameOf(position, event);
    this.next.set(op, Math.max(this.next.get(op) ?? 0, number + count));
    if (name === undefined) return true;
    const call = event.mastraPosition === undefined ? event.payload?.stepCallId : undefined;
    if (call !== undefined && !this.calls.has(op)) this.calls.set(op, call);
    const isNew = !this.names.has(name);
    this.names.add(name);
    return isNew;
  }
}
