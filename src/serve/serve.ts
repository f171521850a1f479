import { MastraInngestError } from '../errors';
import { callAdapter } from '../sdk/adapter';
import { portFor } from '../sdk/detect';
import { installedWebServe } from '../sdk/installed';
import { type Bindings, bindingsOf } from './bindings';
import { type MastraServeOptions, servedOptions } from './create-serve';
import { warnOfOwnFunctions } from './own-functions';
import { type Routed, requestOf } from './request-of';
import { reportingErrors } from './error-report';

type WebHandler = (request: Request, env: Bindings) => Promise<Response>;
type Handler = (input: Routed, second?: unknown) => Promise<Response>;

/** A handler for all methods, and by name for routers that want one each, such as Next's: `export const { GET, POST, PUT } = serve(…)`. */
export type ServeHandler = Handler & { readonly GET: Handler; readonly POST: Handler; readonly PUT: Handler };

/**
 * One handler for all of an app's functions, to be mounted for GET, POST and PUT (by convention at `/api/inngest`). It fits
 * Mastra's `apiRoutes`, Hono, Next's app router, Workers (whose variables it takes), and anything that speaks Request and
 * Response.
 * @throws MastraInngestError `INVALID_CLIENT`, `UNSUPPORTED_SDK_VERSION`, `SDK_MISMATCH`, `NOTHING_TO_SERVE`,
 * `DUPLICATE_FUNCTION_ID`, `UNCOMMITTED_WORKFLOW`, `INVALID_WORKFLOW_OPTION`, `INVALID_SERVE_OPTION`; the handler: `WRONG_MOUNT`,
 * `MISSING_SIGNING_KEY`, `SDK_MISMATCH`
 * @example
 * import { serve } from '@mastra/inngest';
 *
 * export const { GET, POST, PUT } = serve({ mastra, inngest });
 */
export function serve(options: MastraServeOptions): ServeHandler {
  const served = servedOptions(options);
  warnOfOwnFunctions(options.mastra, options.functions);
  let handler: Promise<WebHandler> | undefined;
  const answer: Handler = async (input, second) => {
    const request = await requestOf(input);
    const bindings = bindingsOf(input, second);
    // On the first request, so that the SDK is the user's own copy, whichever major, and only where it is needed.
    handler ??= installedWebServe(options.inngest, bindings).then(
      adapter => callAdapter(adapter, served) as WebHandler,
    );
    const response = await (await handler)(request, bindings);
    if (!response.ok && portFor(options.inngest).lacksSigningKey()) throw missingKey(options.inngest.id);
    return response;
  };
  const handle = reportingErrors(answer, options.mastra);
  return Object.assign(handle, { GET: handle, POST: handle, PUT: handle });
}

function missingKey(clientId: string): MastraInngestError {
  return new MastraInngestError(
    'MISSING_SIGNING_KEY',
    `The Inngest client "${clientId}" is in production and has no signing key, so Inngest's calls are refused. Set ` +
      'INNGEST_SIGNING_KEY; with a dev server, INNGEST_DEV=1 or `isDev: true`.',
  );
}
