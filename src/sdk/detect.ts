import { MastraInngestError } from '../errors';
import { type InngestClient, isClient } from './client';
import { requireMiddleware } from './middleware';
import type { InngestPort } from './port';
import { createV3Port } from './v3';
import { createV4Port } from './v4';
import { supportedVersion } from './version';

// One port per client: functions and sockets belong to the client, however often `init` is called with it.
const ports = new WeakMap<object, InngestPort>();

/**
 * The port for a user's client, whichever major made it.
 * @throws MastraInngestError `INVALID_CLIENT` for anything that is no client, `UNSUPPORTED_SDK_VERSION` for a major or
 * minor that this package can't run on, `SDK_MISMATCH` for middleware of the other major.
 */
export function portFor(client: InngestClient): InngestPort {
  if (!isClient(client)) {
    throw new MastraInngestError(
      'INVALID_CLIENT',
      'init() and serve() need the client that `new Inngest({ id })` of the package `inngest` returns.',
    );
  }
  let port = ports.get(client);
  if (!port) {
    const { major, text } = supportedVersion(client);
    requireMiddleware(text, client.options?.middleware, `The Inngest client "${client.id}"`);
    port = major === 3 ? createV3Port(client, text) : createV4Port(client, text);
    ports.set(client, port);
  }
  return port;
}
