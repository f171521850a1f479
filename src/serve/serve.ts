import { callAdapter } from '../sdk/adapter';
import { installedEdgeServe } from '../sdk/installed';
import { type MastraServeOptions, servedOptions } from './create-serve';
import { warnOfOwnFunctions } from './own-functions';

type EdgeHandler = (request: Request) => Promise<Response>;

/** A web-standard request, or the context of a router (Hono's, hence Mastra's) that carries one. */
export type Routed = Request | { req: { raw: Request } };

/**
 * One handler for all of an app's functions, to be mounted for GET, POST and PUT (`/api/inngest` by custom). It fits
 * Mastra's `apiRoutes`, Hono, and anything that speaks Request and Response.
 * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`, `NOTHING_TO_SERVE`,
 * `DUPLICATE_FUNCTION_ID`, `UNCOMMITTED_WORKFLOW`
 */
export function serve(options: MastraServeOptions): (input: Routed) => Promise<Response> {
  const served = servedOptions(options);
  warnOfOwnFunctions(options.mastra, options.functions);
  let handler: Promise<EdgeHandler> | undefined;
  return async input => {
    // On the first request, so that the SDK is the user's own copy, whichever major, and only where it is needed.
    handler ??= installedEdgeServe(options.inngest).then(
      adapter => callAdapter(adapter, served) as EdgeHandler,
    );
    return (await handler)(withHost(input instanceof Request ? input : input.req.raw));
  };
}

/** Inngest's handler takes the app's address from the `host` header, which a Request made by hand lacks. */
function withHost(request: Request): Request {
  if (request.headers.get('host')) return request;
  const headers = new Headers(request.headers);
  headers.set('host', new URL(request.url).host);
  return new Request(request, { headers });
}
