import type { PublishedEvent, RunEvent } from '../realtime/channel';
import { eventsOfStep, isEnd, isStepEnd, omitted } from '../realtime/events';
import { ProgressCounts } from '../realtime/progress';
import { OpQueue } from './op-queue';
import type { StoryEvent } from './stored-story';
import { type Position, Told, positionOf } from './told';

/** Tells one watcher the events of a run: each once, and those of one op in their order. */
export class StoryTeller {
  private readonly told = new Told();
  private readonly waiting = new OpQueue(this.told);
  private readonly progress = new ProgressCounts();
  private readonly types = new Set<string>();
  /** The last leg whose end was told; -1 for none. */
  private endedLeg = -1;
  /** A step's failure has been told. */
  hasFailure = false;

  constructor(private readonly tell: (event: RunEvent) => unknown) {}

  /** An event of that type was told. */
  hasToldType(type: string): boolean {
    return this.types.has(type);
  }

  /** Nothing waits for what comes before it. */
  get isComplete(): boolean {
    return this.waiting.isEmpty;
  }

  /** The event was told; false for one that has no position. */
  hasTold(event: PublishedEvent): boolean {
    const position = positionOf(event);
    return position !== undefined && this.told.has(position, event);
  }

  /** The event was told or waits to be; also true for one that has no position. */
  isKnown(event: PublishedEvent): boolean {
    const position = positionOf(event);
    return !position || this.told.has(position, event) || this.waiting.has(position, event);
  }

  /** Notes events as told without telling them. */
  skip(events: readonly StoryEvent[]): void {
    for (const { event, count } of events) {
      const position = positionOf(event);
      if (position) this.told.add(position, event, count);
    }
  }

  /** Who comes after the end of a leg is not told of it. */
  skipEnd(leg: number): void {
    this.endedLeg = leg;
  }

  /** Tells the event if all before it in its op was told; false where it waits for that. */
  tellInTurn(position: Position, event: PublishedEvent): boolean {
    const isNext = this.told.isNext(position);
    if (isNext) this.tellNext(event);
    else this.waiting.add(position, event);
    return isNext;
  }

  /** Tells those of the events that have not been told. */
  tellMissed(events: readonly StoryEvent[]): void {
    for (const { event, count } of events) {
      // The end of an earlier leg; that of the last one is told by whoever knows that it is the last.
      if (isEnd(event)) continue;
      const position = positionOf(event);
      if (!position) continue;
      if (count > 1) this.tellOmitted(position, count);
      else if (!this.told.has(position, event)) this.tellNext(event);
    }
  }

  /** Tells what waits of an op, though what comes before it is nowhere to be found; of all ops, if you name none. */
  tellIncomplete(op?: string): void {
    const ops = op === undefined ? this.waiting.takeAll() : [this.waiting.take(op)];
    for (const events of ops) this.tellWithStart(events);
  }

  /** Tells an event as it is, once the marks by which it travels are taken off. */
  show(published: RunEvent): void {
    const { mastraEventId: _id, mastraPosition: _position, mastraLeg: leg, ...received } = published;
    if (isEnd(published) && typeof leg === 'number') {
      if (leg <= this.endedLeg) return;
      this.endedLeg = leg;
    }
    const event = this.progress.count(received);
    this.types.add(event.type);
    if (event.type === 'workflow-step-result' && event.payload?.status === 'failed') this.hasFailure = true;
    this.tell(event);
  }

  private tellNext(event: PublishedEvent, count = 1): void {
    const position = positionOf(event);
    if (!position) return;
    if (this.told.add(position, event, count)) this.show(event);
    this.tellWaiting(position.op);
  }

  /** Tells the next event that waits in an op, if all before it were told. */
  private tellWaiting(op: string): void {
    const next = this.waiting.next(op);
    if (next) this.tellNext(next);
  }

  /** Tells an op whose beginning was missed and is nowhere stored. Its start is made from its end, which says the same. */
  private tellWithStart(events: readonly PublishedEvent[]): void {
    const [first] = events;
    const { op } = (first && positionOf(first)) ?? { op: '' };
    const end = this.told.isUnknown(op) ? events.find(isStepEnd) : undefined;
    const { id, stepCallId, ...result } = end?.payload ?? {};
    if (typeof id === 'string') {
      const [start] = eventsOfStep({ id, stepCallId: stepCallId as string | undefined }, result);
      // Should it come after all, it is known.
      if (start && this.told.add({ op, number: 0 }, { ...start, mastraEventId: '' })) this.show(start);
    }
    for (const event of events) {
      const position = positionOf(event);
      if (position && !this.told.has(position, event) && this.told.add(position, event)) this.show(event);
    }
  }

  /** Tells a marker for events that are not stored, but not for those of them that were told or wait to be. */
  private tellOmitted({ op, number }: Position, count: number): void {
    const end = number + count;
    for (let next = number; next < end;) {
      const position = { op, number: next };
      const size = this.told.isBehind(position) ? 0 : this.waiting.countUpTo(position, end - next);
      if (size > 0) this.tellNext({ ...omitted(size), mastraEventId: `${op}#${next}` }, size);
      else if (!this.told.isBehind(position)) this.tellWaiting(op);
      next += Math.max(size, 1);
    }
  }
}
