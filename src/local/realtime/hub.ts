import type { JsonObject } from '../json';
import { field } from '../json';
import type { History } from './history';
import type { Topic } from './token';

/** Someone who listens. */
export interface Subscriber {
  topics: Topic[];
  deliver: (frame: string) => void;
}

/** Passes messages on to who subscribed before they were published; for subscribers nothing is kept. */
export class Hub {
  readonly #subscribers = new Set<Subscriber>();

  constructor(readonly history: History) {}

  join(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** Whether anybody would get what is published on the channel. */
  hears(channel: string): boolean {
    return [...this.#subscribers].some(({ topics }) => topics.some(topic => topic.channel === channel));
  }

  publish(channel: string, topic: string, frame: JsonObject): void {
    if (frame['kind'] === 'data') this.history.add(channel, topic, field(frame, 'data') ?? null);
    let serialized: string | undefined;
    for (const subscriber of this.#subscribers) {
      if (!subscriber.topics.some(wanted => wanted.channel === channel && wanted.name === topic)) continue;
      serialized ??= JSON.stringify(frame);
      subscriber.deliver(serialized);
    }
  }
}
