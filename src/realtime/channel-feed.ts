import { isRecord } from '../wire/json';
import { BATCH_TYPE, type PublishedEvent, WATCH_TOPIC } from './channel';
import { type EventPart, PARTS_TOPIC, PartsBin } from './parts';
import { unref } from '../unref';

/** How long a long event waits for its missing parts, in milliseconds; then its extract is shown. */
const PATIENCE = 2000;

/** Makes events of what arrives on one channel, in order. */
export class ChannelFeed {
  private readonly parts = new PartsBin();
  /** Set while a long event waits for its parts; what comes after it waits, too. */
  private held: PublishedEvent[] | undefined;
  private stopWaiting?: () => void;

  constructor(private readonly onEvent: (event: PublishedEvent) => void) {}

  /** One message of the channel. */
  receive(topic: string, data: unknown): void {
    if (!isRecord(data)) return;
    if (topic === PARTS_TOPIC) {
      this.parts.add(data as unknown as EventPart);
      this.resume();
    } else if (topic === WATCH_TOPIC && typeof data.type === 'string') {
      for (const event of eventsIn(data)) this.accept(event);
    }
  }

  private accept(event: PublishedEvent): void {
    if (this.held) return void this.held.push(event);
    if (event.mastraParts === undefined) return this.onEvent(event);
    const whole = this.parts.take(event.mastraEventId);
    if (whole) return this.onEvent(whole as PublishedEvent);
    this.held = [event];
    const timer = setTimeout(() => this.giveUp(), PATIENCE);
    unref(timer);
    this.stopWaiting = () => clearTimeout(timer);
  }

  /** A part came; it may have been the one that was missing. */
  private resume(): void {
    const [first, ...rest] = this.held ?? [];
    const whole = first && this.parts.take(first.mastraEventId);
    if (!whole) return;
    this.release(whole as PublishedEvent, rest);
  }

  private giveUp(): void {
    const [first, ...rest] = this.held ?? [];
    if (!first) return;
    this.parts.drop(first.mastraEventId);
    const { mastraParts: _parts, ...extract } = first;
    this.release(extract, rest);
  }

  private release(first: PublishedEvent, rest: readonly PublishedEvent[]): void {
    this.stopWaiting?.();
    this.held = undefined;
    this.onEvent(first);
    for (const event of rest) this.accept(event);
  }
}

/** A message is one event, or several that were sent together. */
function eventsIn(message: Record<string, unknown>): PublishedEvent[] {
  const events = message.type === BATCH_TYPE && Array.isArray(message.events) ? message.events : [message];
  return (events as PublishedEvent[]).map(event => ({ ...event, mastraEventId: event.mastraEventId ?? '' }));
}
