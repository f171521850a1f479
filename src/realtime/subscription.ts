import { MastraInngestError } from '../errors';
import type { InngestPort } from '../sdk/port';
import { isRecord } from '../wire/json';
import { type PublishedEvent, WATCH_TOPIC } from './channel';

/** An open subscription; `close` is final and leaves no socket or timer behind. */
export interface Subscription {
  close(): void;
}

export interface SubscriptionHandlers {
  onEvent(event: PublishedEvent): void;
  /** Called after a dropped socket was replaced: events may have been missed in between. */
  onReconnect?(): void;
}

/** Doubles from 250 ms up to this, in milliseconds, while the server can't be reached. */
const LONGEST_PAUSE = 10_000;

/**
 * Subscribes to a run's channel; resolves once the socket is open, so that nothing sent later is missed (I9).
 * Inngest drops realtime sockets every few minutes (inngest/inngest-js issue 963): a dropped one is replaced.
 * @throws MastraInngestError `REALTIME_FAILED` when the first connection can't be opened.
 */
export async function subscribe(
  port: InngestPort,
  channel: string,
  handlers: SubscriptionHandlers,
): Promise<Subscription> {
  const subscription = new ChannelSubscription(port, channel, handlers);
  await subscription.open();
  return subscription;
}

class ChannelSubscription implements Subscription {
  private socket?: WebSocket;
  private timer?: NodeJS.Timeout;
  private closed = false;
  private pause = 250;

  constructor(
    private readonly port: InngestPort,
    private readonly channel: string,
    private readonly handlers: SubscriptionHandlers,
  ) {}

  async open(): Promise<void> {
    const { url } = await this.port.subscriptionAddress(this.channel, [WATCH_TOPIC]);
    if (this.closed) return;
    const socket = new WebSocket(url);
    this.socket = socket;
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve(), { once: true });
      socket.addEventListener('error', () => reject(unreachable(this.channel)), { once: true });
      socket.addEventListener('close', () => reject(unreachable(this.channel)), { once: true });
    });
    socket.addEventListener('message', message => this.receive(message.data));
    socket.addEventListener('close', () => this.reopenLater());
    if (this.closed) socket.close();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  private receive(data: unknown): void {
    const event = parseFrame(data);
    if (event) this.handlers.onEvent(event);
  }

  private reopenLater(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.open().then(
        () => {
          this.pause = 250;
          this.handlers.onReconnect?.();
        },
        () => {
          this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
          this.reopenLater();
        },
      );
    }, this.pause);
    // Waiting for a stream must not keep a process alive by itself.
    this.timer.unref();
  }
}

function unreachable(channel: string): MastraInngestError {
  return new MastraInngestError(
    'REALTIME_FAILED',
    `Could not open a realtime subscription to ${channel}. Is the Inngest server running?`,
  );
}

/** A frame is `{ kind, data, channel, topic }`; only `data` frames with an event in them are ours. */
function parseFrame(data: unknown): PublishedEvent | undefined {
  if (typeof data !== 'string') return undefined;
  let frame: unknown;
  try {
    frame = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isRecord(frame) || frame.kind !== 'data') return undefined;
  const event = frame.data;
  return isRecord(event) && typeof event.type === 'string'
    ? ({ mastraEventId: '', ...event } as PublishedEvent)
    : undefined;
}
