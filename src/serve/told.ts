/** What a handler fails with is told where it is looked for: in the app's log, and in the answer to the request. */
import type { AnyMastra } from '../core-types';
import { MastraInngestError, reasonOf } from '../errors';
import { nodeResponseOf } from './node-request';
import { requestIn } from './request-of';

/**
 * The same handler, whose failures are logged and answered: a caller at node:http or Express 4 would wait for ever otherwise, and
 * other frameworks hide the message. Rethrown is what the framework answers better itself.
 */
export function told<THandler extends (...args: never[]) => unknown>(
  handler: THandler,
  mastra: unknown,
): THandler {
  return new Proxy(handler, {
    apply: async (target, self, args: unknown[]) => {
      try {
        return (await Reflect.apply(target, self, args)) as unknown;
      } catch (error) {
        return tell(error, args, mastra as AnyMastra);
      }
    },
  });
}

/** What a user does wrong, and finds nowhere else. */
const TOLD: unknown[] = ['WRONG_MOUNT', 'MISSING_SIGNING_KEY'];

function tell(error: unknown, args: readonly unknown[], mastra: AnyMastra): Response | undefined {
  const response = nodeResponseOf(args);
  const code = MastraInngestError.is(error) ? error.code : undefined;
  if (!response && !TOLD.includes(code)) throw error;
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
