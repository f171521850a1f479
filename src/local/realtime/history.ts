import type { Json } from '../json';
import { byteLength } from '../json';

/** A message that was published. */
export interface Message {
  /** Rises with each message. */
  number: number;
  at: number;
  channel: string;
  topic: string;
  data: Json;
}

const most = 5000;
const mostBytes = 8 * 2 ** 20;

/** The last messages of all channels, for who comes late: Inngest keeps none. */
export class History {
  readonly #messages: { message: Message; bytes: number }[] = [];
  #bytes = 0;
  #number = 0;

  constructor(private readonly now: () => number) {}

  add(channel: string, topic: string, data: Json): void {
    const message = { number: ++this.#number, at: this.now(), channel, topic, data };
    const bytes = byteLength(JSON.stringify(data));
    this.#messages.push({ message, bytes });
    this.#bytes += bytes;
    while (this.#messages.length > most || this.#bytes > mostBytes) {
      this.#bytes -= this.#messages.shift()?.bytes ?? 0;
    }
  }

  /** Those after a number, in channels whose name begins so. */
  after(number: number, prefix: string): Message[] {
    const last = this.#messages.length - 1;
    const first = this.#messages[0]?.message.number ?? 0;
    return this.#messages
      .slice(Math.min(Math.max(number + 1 - first, 0), last + 1))
      .map(({ message }) => message)
      .filter(({ channel }) => channel.startsWith(prefix));
  }
}
