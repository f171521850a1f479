import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from './types.js';

/** Headers that say nothing about the protocol: transport, tracing, and what the sockets themselves need. */
const transportHeaders = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'access-control-allow-origin',
  'connection',
  'content-length',
  'date',
  'host',
  'keep-alive',
  'sec-fetch-mode',
  'server-timing',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'user-agent',
]);

export interface RecordingProxy {
  url: string;
  /** Every request since the start; status 0 as long as it isn't answered. */
  exchanges: Exchange[];
  /** The app is known only once it listens, which needs the proxy's address first. */
  target: (app: string) => void;
  stop: () => Promise<void>;
}

/** One port between server and app, for both directions: `/api/inngest` is the app, the rest the server. */
export async function startProxy(serverUrl: string): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  let appUrl = '';
  const server = createServer((incoming, outgoing) => {
    const toApp = (incoming.url ?? '').startsWith('/api/inngest');
    const exchange = begin(incoming, exchanges.length + 1, toApp ? 'srv->app' : 'app->srv');
    exchanges.push(exchange);
    forward(exchange, incoming, outgoing, toApp ? appUrl : serverUrl).catch(() => outgoing.destroy());
  });
  const url = await listen(server);
  return { url, exchanges, target: app => (appUrl = app), stop: () => close(server) };
}

function begin(incoming: IncomingMessage, id: number, dir: Exchange['dir']): Exchange {
  const { method = '', url = '' } = incoming;
  const reqHeaders = keep(incoming.headers);
  return {
    id,
    dir,
    t: Date.now(),
    ms: 0,
    method,
    url,
    reqHeaders,
    req: '',
    status: 0,
    resHeaders: {},
    res: '',
  };
}

async function forward(
  exchange: Exchange,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  base: string,
): Promise<void> {
  const body = await readAll(incoming);
  exchange.req = parse(body);
  const answer = await ask(base + exchange.url, incoming, body);
  const payload = await readAll(answer);
  exchange.ms = Date.now() - exchange.t;
  exchange.resHeaders = keep(answer.headers);
  exchange.res = parse(payload);
  exchange.status = answer.statusCode ?? 502;
  const headers = { ...answer.headers };
  // The body is complete here, so it is passed on with its length.
  delete headers['transfer-encoding'];
  outgoing.writeHead(exchange.status, { ...headers, 'content-length': payload.length });
  outgoing.end(payload);
}

function ask(target: string, incoming: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const headers = { ...incoming.headers, 'content-length': String(body.length) };
  delete headers['transfer-encoding'];
  return new Promise((resolve, reject) => {
    const asked = request(target, { method: incoming.method, headers }, resolve);
    asked.on('error', reject);
    asked.end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function parse(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function keep(headers: IncomingMessage['headers']): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !transportHeaders.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

export async function listen(server: Server, host = '127.0.0.1'): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function close(server: Server): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
