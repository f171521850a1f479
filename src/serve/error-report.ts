/** Reports the errors of a handler where people look for them: in the app's log, and in the answer to the request. */
import type { AnyMastra } from '../core-types';
import { MastraInngestError, reasonOf } from '../errors';
import { nodeResponseOf } from './node-request';
import { requestIn } from './request-of';

/**
 * The same handler, whose errors are logged and answered: with node:http or Express 4 the caller would wait for ever otherwise, and
 * other frameworks hide the message. All other errors are rethrown to the framework.
 */
export function reportingErrors<THandler extends (...args: never[]) => unknown>(
  handler: THandler,
  mastra: unknown,
): THandler {
  return new Proxy(handler, {
    apply: async (target, self, args: unknown[]) => {
      try {
        return (await Reflect.apply(target, self, args)) as unknown;
      } catch (error) {
        return report(error, args, mastra as AnyMastra);
      }
    },
  });
}

/** Mistakes of the user that nothing else reports. */
const REPORTED: unknown[] = ['WRONG_MOUNT', 'MISSING_SIGNING_KEY'];

function report(error: unknown, args: readonly unknown[], mastra: AnyMastra): Response | undefined {
  const response = nodeResponseOf(args);
  const code = MastraInngestError.is(error) ? error.code : undefined;
  if (!response && !REPORTED.includes(code)) throw error;
  mastra.getLogger()?.error(`The handler of Inngest's requests failed: ${reasonOf(error)}`, { code });
  const body = JSON.stringify({ code, message: reasonOf(error) });
  const headers = { 'content-type': 'application/json' };
  if (response) {
    if (!response.headersSent) response.writeHead(500, headers);
    response.end(body);
    return undefined;
  }
  if (requestIn(args[0])) return new Response(body, { status: 500, headers });
  throw error;
}
