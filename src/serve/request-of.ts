/** The web-standard request in what a framework hands to a route's handler. */
import { bodyGone, wrongMount } from './wrong-mount';

/** A router's context (Hono's, hence Mastra's), as far as it carries a request. */
interface RouterContext {
  req: {
    raw: Request;
    /** The body, also where a middleware has read it before. */
    text?: () => Promise<string>;
  };
}

/**
 * A web-standard request, or what a router hands on that carries one: Hono's context (hence Mastra's), the event of SvelteKit,
 * Astro, React Router and Cloudflare Pages (`request`), or of h3 2 (`req`).
 */
export type Routed = Request | RouterContext | { readonly request: Request } | { readonly req: Request };

/** @throws MastraInngestError `WRONG_MOUNT` for what has no such request, or one whose body is gone */
export async function requestOf(input: Routed): Promise<Request> {
  const raw = requestIn(input);
  if (!raw) throw wrongMount(input);
  if (!raw.bodyUsed) return withHost(raw);
  const { req } = input as Partial<RouterContext>;
  if (raw !== req?.raw || !req.text) throw bodyGone('Mount it before what reads bodies.');
  const { method, headers, url } = raw;
  return withHost(new Request(url, { method, headers, body: await req.text() }));
}

/** The request as it came, if there is one. */
export function requestIn(input: unknown): Request | undefined {
  const { req, request } = (input ?? {}) as { req?: { raw?: unknown }; request?: unknown };
  return [input, request, req?.raw, req].find(isRequest);
}

/** By shape: a framework may bring a class of its own. */
function isRequest(value: unknown): value is Request {
  const { headers, url, method } = (value ?? {}) as Partial<Request>;
  return typeof headers?.get === 'function' && typeof url === 'string' && typeof method === 'string';
}

/** Inngest's handler takes the app's address from the `host` header, which a Request made by hand lacks. */
function withHost(request: Request): Request {
  if (request.headers.get('host')) return request;
  const headers = new Headers(request.headers);
  headers.set('host', new URL(request.url).host);
  return new Request(request, { headers });
}
