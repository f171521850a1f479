import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { RawAnswer } from '../executor/core';
import { limits } from '../executor/limits';
import { LocalServerError } from '../errors';
import type { Keys, ServerKind } from './keys';

/** One request to an app, as it goes over the wire. */
export interface AppRequest {
  method: 'GET' | 'POST' | 'PUT';
  url: string;
  headers: Record<string, string>;
  /** Canonical JSON. */
  body: string;
  /** ms; none means that a step may take as long as it likes. */
  timeout?: number;
}

/** What carries requests to apps. */
export interface AppTransport {
  /** As which apps know this server. */
  readonly serverKind: ServerKind;
  /** Rejects if no answer came. */
  send(request: AppRequest): Promise<RawAnswer>;
  /** Breaks off what is in flight. */
  stop(): void;
}

/** An app on `localhost` may listen on either address, whatever the resolver of this machine says. */
const bothFamilies: LookupFunction = (_hostname, options, callback) => {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  if (options.all) callback(null, addresses);
  else callback(null, '127.0.0.1', 4);
};

function flatten(headers: http.IncomingHttpHeaders): RawAnswer['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

async function readBody(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += (chunk as Buffer).length;
    chunks.push(chunk as Buffer);
    // One byte over the limit is enough to be refused; the rest need not be held.
    if (size > limits.response) {
      answer.destroy();
      break;
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Requests to apps. Each uses a connection of its own: a kept one that the app closes at the wrong moment
 * would look like a crash of the step.
 */
export class AppClient implements AppTransport {
  readonly #open = new Set<http.ClientRequest>();
  #stopped = false;

  constructor(private readonly keys: Keys) {}

  get serverKind(): ServerKind {
    return this.keys.serverKind;
  }

  /** Rejects if no answer came. */
  async send(request: AppRequest): Promise<RawAnswer> {
    if (this.#stopped) throw new LocalServerError('STOPPED', 'The server has been stopped.');
    const url = new URL(request.url);
    const transport = url.protocol === 'https:' ? https : http;
    return await new Promise<RawAnswer>((resolve, reject) => {
      const outgoing = transport.request(
        url,
        {
          method: request.method,
          agent: false,
          ...(url.hostname === 'localhost' ? { lookup: bothFamilies } : {}),
          headers: {
            ...request.headers,
            ...this.keys.signature(request.body),
            'content-length': String(Buffer.byteLength(request.body)),
          },
          ...(request.timeout === undefined ? {} : { signal: AbortSignal.timeout(request.timeout) }),
        },
        answer => {
          readBody(answer).then(
            body => resolve({ status: answer.statusCode ?? 0, headers: flatten(answer.headers), body }),
            reject,
          );
        },
      );
      this.#open.add(outgoing);
      outgoing.on('close', () => this.#open.delete(outgoing));
      outgoing.on('error', reject);
      outgoing.end(request.body);
    });
  }

  /** Breaks off what is in flight. */
  stop(): void {
    this.#stopped = true;
    for (const outgoing of this.#open) outgoing.destroy();
  }
}
