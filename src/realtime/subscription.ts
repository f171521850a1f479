import { MastraInngestError, reasonOf } from '../errors';
import type { InngestPort } from '../sdk/port';
import type { PublishedEvent } from './channel';
import { ChannelFeed } from './channel-feed';
import { type ChannelListener, SharedSocket } from './shared-socket';

/** An open subscription; `close` is final. The last one of a socket closes it, and leaves no timer behind. */
export interface Subscription {
  close(): void;
}

export interface SubscriptionHandlers {
  onEvent(event: PublishedEvent): void;
  /** Called when the socket is dropped: events are missed from now on. */
  onDrop?(): void;
  /** Called after a dropped socket was replaced. */
  onReconnect?(): void;
}

/** Channels of one socket: enough for a process's waiters, few enough for one connection. */
const CHANNELS_PER_SOCKET = 1000;

/** The sockets of one client, shared by all who follow runs through it. */
class SocketPool {
  private current?: Promise<SharedSocket>;
  private latest?: SharedSocket;

  constructor(private readonly port: InngestPort) {}

  async join(channel: string, listener: ChannelListener): Promise<() => void> {
    while (this.current) {
      // A socket that is being opened is waited for.
      const socket = await this.current.catch(() => undefined);
      if (!socket || socket !== this.latest) continue;
      if (socket.joined >= CHANNELS_PER_SOCKET) break;
      const join = () => socket.join(channel, listener);
      // Twice: the request for the token may have failed on its way.
      return join()
        .catch(join)
        .catch(() => this.joinNext(socket, channel, listener));
    }
    return this.open(channel, listener);
  }

  /**
   * A machine that is too busy to confirm channels in time gets one more socket for all of them. If channels are not confirmed there,
   * either, the server can't add any, and each gets a socket of its own.
   */
  private async joinNext(
    before: SharedSocket,
    channel: string,
    listener: ChannelListener,
  ): Promise<() => void> {
    if (this.latest === before) this.latest = this.current = undefined;
    if (!this.current) return this.open(channel, listener);
    const alone = () => this.alone(channel, listener);
    return this.current.then(next => next.join(channel, listener)).catch(alone);
  }

  private async open(channel: string, listener: ChannelListener): Promise<() => void> {
    const forget = () => {
      if (this.latest === socket) this.latest = this.current = undefined;
    };
    const socket = new SharedSocket(this.port, forget);
    const opening = socket.open(channel, listener);
    this.latest = socket;
    this.current = opening.then(() => socket);
    this.current.catch(forget);
    return opening;
  }

  private alone(channel: string, listener: ChannelListener): Promise<() => void> {
    return new SharedSocket(this.port, () => {}).open(channel, listener);
  }
}

const pools = new WeakMap<InngestPort, SocketPool>();

/**
 * Subscribes to a run's channel; resolves once its messages arrive, so that nothing sent later is missed (I9).
 * @throws MastraInngestError `REALTIME_FAILED` when it can't be had.
 */
export async function subscribe(
  port: InngestPort,
  channel: string,
  handlers: SubscriptionHandlers,
): Promise<Subscription> {
  const pool = pools.get(port) ?? new SocketPool(port);
  pools.set(port, pool);
  const feed = new ChannelFeed(event => handlers.onEvent(event));
  const listener = {
    onMessage: (topic: string, data: unknown) => feed.receive(topic, data),
    onDrop: () => handlers.onDrop?.(),
    onReconnect: () => handlers.onReconnect?.(),
  };
  try {
    return { close: await pool.join(channel, listener) };
  } catch (cause) {
    throw new MastraInngestError(
      'REALTIME_FAILED',
      `Could not open a realtime subscription to ${channel} (${reasonOf(cause)}). Is the Inngest server running, and the signing key right?`,
      {},
      { cause },
    );
  }
}
