import { MastraInngestError } from '../errors';
import { isNodeRequest } from './node-request';

/** For a handler that got no web-standard request. */
export function wrongMount(input: unknown): MastraInngestError {
  const { req } = (input ?? {}) as { req?: unknown };
  const remedy =
    isNodeRequest(input) || isNodeRequest(req)
      ? 'This is a request of Node: for Express, Fastify, Koa or node:http take the `serve` of `inngest/express` (…/fastify, /koa, ' +
        '/node) and `createServe(serve)({ mastra, inngest })`.'
      : 'For other frameworks take Inngest’s own `serve` for yours, and `createServe(serve)({ mastra, inngest })`.';
  return new MastraInngestError(
    'WRONG_MOUNT',
    `The handler of serve() takes a web-standard Request, or what a router hands on with one. ${remedy}`,
  );
}

/** For a request whose body somebody has read and kept. */
export function bodyGone(remedy: string): MastraInngestError {
  const text = `The body of the request was read before it came to the handler, and is not to be had again. ${remedy}`;
  return new MastraInngestError('WRONG_MOUNT', text);
}
