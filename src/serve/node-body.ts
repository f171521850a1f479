/**
 * The body of a request of Node, for any adapter. Some of Inngest's adapters (Express, Koa) need a body that a parser has read, and
 * refuse the request without one. Others (node:http) read it themselves, and wait for ever where a parser has read it. Here both
 * find it.
 */
import { type NodeRequest, isNodeRequest } from './node-request';
import { bodyGone } from './wrong-mount';

/**
 * @param input what a framework calls an adapter's handler with first: the request, or Koa's context
 * @throws MastraInngestError `WRONG_MOUNT` where somebody has read the body and kept it to himself
 */
export function offerBody(input: unknown): void {
  const { req, request } = (input ?? {}) as { req?: unknown; request?: { body?: unknown } };
  if (isNodeRequest(input)) offer(input, input);
  else if (isNodeRequest(req) && request) offer(req, request);
}

/** @param holder has the body that a parser has read: the request itself, or Koa's `ctx.request` */
function offer(request: NodeRequest, holder: { body?: unknown }): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { body } = holder;
  if (request.readableEnded) {
    if (body === undefined && !isEmpty(request)) {
      throw bodyGone('Mount it before what reads bodies, or have that put the body into `request.body`.');
    }
    replay(request, body);
  } else if (body === undefined) {
    let reading: Promise<string> | undefined;
    // Read only if an adapter asks for it: another one reads the stream itself.
    Object.defineProperty(holder, 'body', { configurable: true, get: () => (reading ??= textOf(request)) });
  }
}

const isEmpty = ({ headers }: NodeRequest) =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;

async function textOf(request: NodeRequest): Promise<string> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    request.on('data', chunk => chunks.push(chunk as Buffer));
    request.on('end', () => resolve());
    request.on('error', reject);
  });
  return Buffer.concat(chunks).toString('utf8');
}

/** Makes the stream, which has ended, emit the body once more for listeners that come later. */
function replay(request: NodeRequest, body: unknown): void {
  const bytes = Buffer.from(
    typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body ?? ''),
  );
  const on = request.on.bind(request);
  request.on = (event, listener) => {
    if (event === 'data') setImmediate(listener, bytes);
    else if (event === 'end') setImmediate(listener);
    else on(event, listener);
    return request;
  };
}
