/** The web-standard request in what a framework hands to a route's handler. */
import { MastraInngestError } from '../errors';

/** A router's context (Hono's, hence Mastra's), as far as it carries a request. */
interface RouterContext {
  req: {
    raw: Request;
    /** The body, also where a middleware has read it before. */
    text?: () => Promise<string>;
  };
}

/** A web-standard request, or the context of a router (Hono's, hence Mastra's) that carries one. */
export type Routed = Request | RouterContext;

/** @throws MastraInngestError `WRONG_MOUNT` for what has no such request, or one whose body is gone */
export async function requestOf(input: Routed): Promise<Request> {
  if (isRequest(input)) return withHost(unread(input));
  const { req } = (input ?? {}) as Partial<RouterContext>;
  if (!isRequest(req?.raw)) throw wrongMount(input);
  const { raw } = req;
  if (!raw.bodyUsed || !req.text) return withHost(unread(raw));
  const { method, headers, url } = raw;
  return withHost(new Request(url, { method, headers, body: await req.text() }));
}

/** By shape: a framework may bring a class of its own. */
function isRequest(value: unknown): value is Request {
  const { headers, url, method } = (value ?? {}) as Partial<Request>;
  return typeof headers?.get === 'function' && typeof url === 'string' && typeof method === 'string';
}

function unread(request: Request): Request {
  if (!request.bodyUsed) return request;
  throw new MastraInngestError(
    'WRONG_MOUNT',
    'The body of the request to serve() was read before. Mount it before what reads bodies, or pass the router’s context.',
  );
}

function wrongMount(input: unknown): MastraInngestError {
  const isNode = typeof (input as { headers?: object } | undefined)?.headers === 'object';
  const remedy = isNode
    ? 'This is a request of Node: for Express, Fastify, Koa or node:http take the `serve` of `inngest/express` (…/fastify, /koa, /node) ' +
      'and `createServe(serve)({ mastra, inngest })`.'
    : 'For other frameworks take Inngest’s own `serve` for yours, and `createServe(serve)({ mastra, inngest })`.';
  return new MastraInngestError(
    'WRONG_MOUNT',
    `The handler of serve() takes a web-standard Request, or the context of Hono or Mastra. ${remedy}`,
  );
}

/** Inngest's handler takes the app's address from the `host` header, which a Request made by hand lacks. */
function withHost(request: Request): Request {
  if (request.headers.get('host')) return request;
  const headers = new Headers(request.headers);
  headers.set('host', new URL(request.url).host);
  return new Request(request, { headers });
}
