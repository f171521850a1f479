import type { PublishedEvent } from '../realtime/channel';
import type { Position, Told } from './told';

/** Events that wait for what comes before them in their op. */
export class OpQueue {
  private readonly ops = new Map<string, Map<number, PublishedEvent>>();

  get isEmpty(): boolean {
    return this.ops.size === 0;
  }

  has({ op, number }: Position): boolean {
    return this.ops.get(op)?.has(number) ?? false;
  }

  add({ op, number }: Position, event: PublishedEvent): void {
    const events = this.ops.get(op) ?? new Map<number, PublishedEvent>();
    this.ops.set(op, events.set(number, event));
  }

  /** The event of an op whose turn it is now; it waits no longer. */
  next(op: string, told: Told): PublishedEvent | undefined {
    const events = this.ops.get(op);
    for (const [number, event] of events ?? []) {
      const position = { op, number };
      if (!told.has(position) && !told.isNext(position)) continue;
      events?.delete(number);
      if (events?.size === 0) this.ops.delete(op);
      if (!told.has(position)) return event;
    }
    return undefined;
  }

  /** How many of the `count` events from a position on do not wait here: those that do were seen, and are told themselves. */
  countUpTo({ op, number }: Position, count: number): number {
    const waiting = [...(this.ops.get(op)?.keys() ?? [])].filter(one => one > number && one < number + count);
    return Math.min(count, ...waiting.map(one => one - number));
  }

  /** All that waits of one op, in order. */
  take(op: string): PublishedEvent[] {
    const events = [...(this.ops.get(op) ?? [])].toSorted(([one], [other]) => one - other);
    this.ops.delete(op);
    return events.map(([, event]) => event);
  }

  /** All that waits, by op. */
  takeAll(): PublishedEvent[][] {
    return [...this.ops.keys()].map(op => this.take(op));
  }
}
