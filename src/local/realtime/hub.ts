import type { JsonObject } from '../json';
import type { Topic } from './token';

/** Someone who listens. */
export interface Subscriber {
  topics: Topic[];
  deliver: (frame: string) => void;
}

/** Passes messages on to who subscribed before they were published; nothing is kept. */
export class Hub {
  readonly #subscribers = new Set<Subscriber>();

  join(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** Whether anybody would get what is published on the channel. */
  hears(channel: string): boolean {
    return [...this.#subscribers].some(({ topics }) => topics.some(topic => topic.channel === channel));
  }

  publish(channel: string, topic: string, frame: JsonObject): void {
    let serialized: string | undefined;
    for (const subscriber of this.#subscribers) {
      if (!subscriber.topics.some(wanted => wanted.channel === channel && wanted.name === topic)) continue;
      serialized ??= JSON.stringify(frame);
      subscriber.deliver(serialized);
    }
  }
}
