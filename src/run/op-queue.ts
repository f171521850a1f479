import type { PublishedEvent } from '../realtime/channel';
import type { Position, Told } from './told';

interface Waiting {
  position: Position;
  event: PublishedEvent;
}

/** Events that wait for what comes before them in their op. */
export class OpQueue {
  private readonly ops = new Map<string, Waiting[]>();

  constructor(private readonly told: Told) {}

  get isEmpty(): boolean {
    return this.ops.size === 0;
  }

  has(position: Position, event: PublishedEvent): boolean {
    const nameOf = (one: Waiting) => this.told.nameOf(one.position, one.event);
    const name = nameOf({ position, event });
    const isSame = (one: Waiting) => one.position.number === position.number && nameOf(one) === name;
    return this.ops.get(position.op)?.some(isSame) ?? false;
  }

  add(position: Position, event: PublishedEvent): void {
    if (this.has(position, event)) return;
    const events = this.ops.get(position.op) ?? [];
    events.push({ position, event });
    this.ops.set(position.op, events);
  }

  /** Takes out the event of an op whose turn it is now. */
  next(op: string): PublishedEvent | undefined {
    const { told } = this;
    const events = (this.ops.get(op) ?? []).filter(({ position, event }) => !told.has(position, event));
    const place = events.findIndex(({ position }) => told.isNext(position));
    const [next] = place < 0 ? [] : events.splice(place, 1);
    if (events.length > 0) this.ops.set(op, events);
    else this.ops.delete(op);
    return next?.event;
  }

  /** How many of the `count` events from a position on come before the first that waits here. */
  countUpTo({ op, number }: Position, count: number): number {
    const numbers = (this.ops.get(op) ?? []).map(({ position }) => position.number);
    const waiting = numbers.filter(one => one >= number && one < number + count);
    return Math.min(count, ...waiting.map(one => one - number));
  }

  /** Takes out all that waits of one op, in order. */
  take(op: string): PublishedEvent[] {
    const events = this.ops.get(op) ?? [];
    this.ops.delete(op);
    return events
      .toSorted(({ position: one }, { position: other }) => one.number - other.number)
      .map(({ event }) => event);
  }

  /** Takes out all that waits, op by op. */
  takeAll(): PublishedEvent[][] {
    return [...this.ops.keys()].map(op => this.take(op));
  }
}
