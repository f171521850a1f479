import { type PublishedEvent, positionText } from '../realtime/channel';

/** Where an event stands among those of its op. */
export interface Position {
  op: string;
  /** 0-based. */
  number: number;
}

/** The position of an event; undefined for one that was never published (core's older streams tell such to themselves). */
export function positionOf(event: PublishedEvent): Position | undefined {
  const text = positionText(event);
  const mark = text.lastIndexOf('#');
  const number = Number(text.slice(mark + 1));
  return mark > 0 && Number.isInteger(number) ? { op: text.slice(0, mark), number } : undefined;
}

/** Which events somebody has been told: of each op the first so many, and those that several ops may publish. */
export class Told {
  private readonly next = new Map<string, number>();
  private readonly shared = new Set<string>();

  /** The event was told. */
  has({ op, number }: Position): boolean {
    return number < (this.next.get(op) ?? 0);
  }

  /** Nothing of the op was told. */
  isUnknown(op: string): boolean {
    return !this.next.has(op);
  }

  /** What comes before the event in its op was told. */
  isNext({ op, number }: Position): boolean {
    return number === (this.next.get(op) ?? 0);
  }

  /** Takes note of an event, and of `count - 1` more after it; answers false for one that another op has told already. */
  add({ op, number }: Position, { mastraPosition, mastraEventId }: PublishedEvent, count = 1): boolean {
    this.next.set(op, Math.max(this.next.get(op) ?? 0, number + count));
    if (mastraPosition === undefined) return true;
    const isNew = !this.shared.has(mastraEventId);
    this.shared.add(mastraEventId);
    return isNew;
  }
}
