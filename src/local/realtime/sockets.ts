import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { WebSocketServer } from 'ws';
import { parseJson, text } from '../json';
import { refusal } from '../transport/upgrades';
import type { Hub, Subscriber } from './hub';
import type { Tokens, Topic } from './token';

function textOf(message: RawData): string {
  if (Array.isArray(message)) return Buffer.concat(message).toString();
  return Buffer.from(message as Buffer).toString();
}

interface SocketOptions {
  hub: Hub;
  tokens: Tokens;
  now: () => number;
  /** ms between protocol pings. */
  pingInterval: number;
}

/** The WebSocket side of realtime. */
export class Sockets {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 });
  readonly #pings = new Set<NodeJS.Timeout>();

  constructor(private readonly options: SocketOptions) {}

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { searchParams } = new URL(request.url ?? '', 'http://local');
    const topics = this.options.tokens.verify(searchParams.get('token') ?? '', this.options.now());
    if (!topics) return void socket.end(refusal('401 Unauthorized'));
    this.#server.handleUpgrade(request, socket, head, client => this.#connected(client, topics));
  }

  #connected(client: WebSocket, topics: Topic[]): void {
    const subscriber: Subscriber = { topics, deliver: frame => client.send(frame) };
    const leave = this.options.hub.join(subscriber);
    const ping = setInterval(() => client.ping(), this.options.pingInterval);
    this.#pings.add(ping);
    client.on('error', () => client.terminate());
    client.on('message', message => this.#command(subscriber, textOf(message)));
    client.on('close', () => {
      clearInterval(ping);
      this.#pings.delete(ping);
      leave();
    });
  }

  /** A client may add or drop topics with further tokens. */
  #command(subscriber: Subscriber, message: string): void {
    const parsed = parseJson(message);
    const topics = this.options.tokens.verify(text(parsed, 'data') ?? '', this.options.now());
    if (!topics) return;
    const same = (a: Topic, b: Topic): boolean => a.channel === b.channel && a.name === b.name;
    const others = subscriber.topics.filter(own => !topics.some(topic => same(own, topic)));
    const kind = text(parsed, 'kind');
    if (kind === 'sub') subscriber.topics = [...others, ...topics];
    if (kind === 'unsub') subscriber.topics = others;
  }

  stop(): void {
    for (const ping of this.#pings) clearInterval(ping);
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }
}
