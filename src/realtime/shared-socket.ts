import { randomUUID } from 'node:crypto';
import type { InngestPort } from '../sdk/port';
import { isRecord } from '../wire/json';
import { WATCH_TOPIC } from './channel';
import { PARTS_TOPIC } from './parts';
import { unref } from '../unref';

/** Gets the messages of one channel. */
export interface ChannelListener {
  onMessage(topic: string, data: unknown): void;
  /** Called when the socket is dropped: messages are missed from now on. */
  onDrop?(): void;
  /** Called after a dropped socket was replaced. */
  onReconnect?(): void;
}

/** Doubles from 250 ms up to this, in milliseconds, while the server can't be reached. */
const LONGEST_PAUSE = 10_000;
/** How long, in milliseconds, channels are gathered that are added together. */
const GATHERING = 2;
/** How long, in milliseconds, an echo may take before another one is sent, and how long all of them may. */
const FIRST_ECHO = 200;
const ECHO_PATIENCE = 5000;
const ECHO_TOPIC = 'mastra-echo-';
/** How often a first socket is tried, and the pause after the first try, in milliseconds; longer after each further one. */
const OPENING_ATTEMPTS = 3;
const OPENING_PAUSE = 100;

interface Batch {
  channels: string[];
  done: Promise<void>;
}

/**
 * One WebSocket for many channels. The first channel comes with the connection's own token, each further one is added with a
 * message. The server confirms neither, so both are confirmed by an echo: a message on a topic that only this socket listens to
 * (docs/events.md). Inngest drops realtime sockets every few minutes (inngest/inngest-js issue 963): a dropped one is replaced.
 */
export class SharedSocket {
  private readonly channels = new Map<string, Set<ChannelListener>>();
  /** Settles once a channel's messages arrive. The second listener of a channel has to wait for that, too. */
  private readonly confirmed = new Map<string, Promise<void>>();
  private readonly echoes = new Map<string, (heard: boolean) => void>();
  private readonly afterReopen = new Set<() => void>();
  private isReopening = false;
  private drops = 0;
  private batch?: Batch;
  private socket?: WebSocket;
  private timer?: NodeJS.Timeout;
  private closed = false;
  private pause = 250;
  /** Channels that were ever added: the server keeps them until the socket closes. */
  joined = 0;

  constructor(
    private readonly port: InngestPort,
    private readonly onClosed: () => void,
  ) {}

  /** Opens the socket with its first channel. Rejects where that can't be. */
  async open(channel: string, listener: ChannelListener): Promise<() => void> {
    const leave = this.add(channel, listener);
    try {
      await this.confirmedOnce(channel, () => this.connectAtLast(channel));
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Adds a channel to the open socket. Rejects where the server does not confirm it. */
  async join(channel: string, listener: ChannelListener): Promise<() => void> {
    const leave = this.add(channel, listener);
    try {
      await this.confirmedOnce(channel, () => this.addToSocket(channel));
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  private confirmedOnce(channel: string, confirm: () => Promise<void>): Promise<void> {
    const known = this.confirmed.get(channel);
    if (known) return known;
    const confirmed = confirm().catch((error: unknown) => this.reopened(error));
    this.confirmed.set(channel, confirmed);
    // After a failure, the next listener tries again.
    confirmed.catch(() => this.confirmed.delete(channel));
    return confirmed;
  }

  private add(channel: string, listener: ChannelListener): () => void {
    const listeners = this.channels.get(channel) ?? new Set();
    listeners.add(listener);
    this.channels.set(channel, listeners);
    this.joined++;
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.channels.get(channel) === listeners) {
        this.channels.delete(channel);
        this.confirmed.delete(channel);
      }
      if (this.channels.size === 0) this.close();
    };
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    this.socket?.close();
    this.onClosed();
  }

  /** A socket may go away before it is open; a server that is away is not waited for. */
  private async connectAtLast(channel: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.connect(channel);
      } catch (error) {
        if (!(error instanceof NotOpenedError) || attempt === OPENING_ATTEMPTS) throw error;
        await new Promise(resolve => setTimeout(resolve, OPENING_PAUSE * attempt));
      }
    }
  }

  private async connect(channel: string): Promise<void> {
    const echo = `${ECHO_TOPIC}${randomUUID()}`;
    const { url } = await this.port.subscriptionAddress(channel, [WATCH_TOPIC, PARTS_TOPIC, echo]);
    if (this.closed) return;
    const socket = new WebSocket(url);
    this.socket = socket;
    await opened(socket);
    socket.addEventListener('message', message => this.receive(message.data));
    socket.addEventListener('close', () => this.dropped());
    if (this.closed) return socket.close();
    // The server accepts the socket before it subscribes it: what is published in between would be lost.
    await this.confirm(channel, echo);
  }

  /** Channels that come together are confirmed together: the server takes the messages of one socket in order. */
  private async addToSocket(channel: string): Promise<void> {
    if (this.isReopening) throw new DroppedError(`The socket was dropped before ${channel} was added to it.`);
    this.batch ??= this.newBatch();
    this.batch.channels.push(channel);
    await this.batch.done;
  }

  private newBatch(): Batch {
    const channels: string[] = [];
    const done = new Promise(resolve => setTimeout(resolve, GATHERING)).then(() => {
      this.batch = undefined;
      return this.addAll(channels);
    });
    return { channels, done };
  }

  private async addAll(channels: readonly string[]): Promise<void> {
    const echo = `${ECHO_TOPIC}${randomUUID()}`;
    const last = channels.at(-1) ?? '';
    const tokens = await Promise.all(
      channels.map(async channel => {
        const topics = [WATCH_TOPIC, PARTS_TOPIC, ...(channel === last ? [echo] : [])];
        const { url } = await this.port.subscriptionAddress(channel, topics);
        return new URL(url).searchParams.get('token');
      }),
    );
    for (const token of tokens) this.socket?.send(JSON.stringify({ kind: 'sub', data: token }));
    await this.confirm(last, echo);
  }

  /** The subscription may take effect after the first echo was published, so it is sent until it is heard. */
  private async confirm(channel: string, echo: string): Promise<void> {
    const deadline = Date.now() + ECHO_PATIENCE;
    const { drops } = this;
    try {
      for (let pause = FIRST_ECHO; Date.now() < deadline; pause *= 2) {
        const heard = new Promise<boolean>(resolve => {
          const timer = setTimeout(() => resolve(false), pause);
          this.echoes.set(echo, isHeard => {
            clearTimeout(timer);
            resolve(isHeard);
          });
        });
        await this.port.publish(channel, echo, true);
        if (await heard) return;
        if (this.drops !== drops)
          throw new DroppedError(`The socket was dropped before ${channel} was confirmed.`);
      }
    } finally {
      this.echoes.delete(echo);
    }
    throw new TypeError(`The server did not confirm ${channel}.`);
  }

  /** Replaces a dropped socket with one for all its channels; listeners that were joining are on the new one. */
  private async reopened(error: unknown): Promise<void> {
    if (!(error instanceof DroppedError) || this.closed) throw error;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.afterReopen.delete(done);
        reject(error);
      }, ECHO_PATIENCE);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.afterReopen.add(done);
    });
  }

  private receive(message: unknown): void {
    const frame = parseFrame(message);
    if (!frame) return;
    const { channel, topic, data } = frame;
    if (topic.startsWith(ECHO_TOPIC)) return this.echoes.get(topic)?.(true);
    for (const listener of this.channels.get(channel) ?? []) listener.onMessage(topic, data);
  }

  private dropped(): void {
    this.drops++;
    for (const answer of this.echoes.values()) answer(false);
    this.tellAll(listener => listener.onDrop?.());
    this.reopenLater();
  }

  private reopenLater(): void {
    if (this.closed || this.isReopening) return;
    this.isReopening = true;
    this.timer = setTimeout(() => {
      this.reopen().then(
        () => {
          this.pause = 250;
          this.isReopening = false;
          for (const done of this.afterReopen) done();
          this.afterReopen.clear();
          if (this.socket?.readyState !== WebSocket.OPEN) this.reopenLater();
        },
        () => {
          this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
          this.isReopening = false;
          this.reopenLater();
        },
      );
    }, this.pause);
    // Waiting for a stream must not keep a process alive by itself.
    unref(this.timer);
  }

  private without(added: ReadonlySet<string>): string[] {
    return [...this.channels.keys()].filter(channel => !added.has(channel));
  }

  private async reopen(): Promise<void> {
    const [first] = this.channels.keys();
    if (first === undefined) return;
    await this.connect(first);
    const added = new Set([first]);
    // Others join meanwhile, and wait for this socket.
    for (let more = this.without(added); more.length > 0; more = this.without(added)) {
      for (const channel of more) added.add(channel);
      await this.addAll(more);
    }
    this.tellAll(listener => listener.onReconnect?.());
  }

  private tellAll(tell: (listener: ChannelListener) => void): void {
    for (const listeners of this.channels.values()) for (const listener of listeners) tell(listener);
  }
}

class NotOpenedError extends TypeError {}

/** The socket went away while something was to be confirmed on it. */
class DroppedError extends TypeError {}

async function opened(socket: WebSocket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const refuse = () => reject(new NotOpenedError('The realtime socket could not be opened.'));
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', refuse, { once: true });
    socket.addEventListener('close', refuse, { once: true });
  });
}

/** A frame is `{ kind, data, channel, topic }`; only `data` frames carry what was published. */
function parseFrame(message: unknown): { channel: string; topic: string; data: unknown } | undefined {
  if (typeof message !== 'string') return undefined;
  let frame: unknown;
  try {
    frame = JSON.parse(message);
  } catch {
    return undefined;
  }
  if (!isRecord(frame) || frame.kind !== 'data') return undefined;
  const { channel, topic, data } = frame;
  return typeof channel === 'string' && typeof topic === 'string' ? { channel, topic, data } : undefined;
}
