import { MastraInngestError } from '../errors';
import { type ClientShape, type InngestClient, isClient } from './client';
import type { InngestPort } from './port';
import { createV4Port } from './v4';

/** Before 4.21.0 parallel steps in race mode could run twice (inngest/inngest issue 4897). */
const OLDEST_V4 = [4, 21] as const;

// One port per client: functions and sockets belong to the client, however often `init` is called with it.
const ports = new WeakMap<object, InngestPort>();

/**
 * The port for a user's client.
 * @throws MastraInngestError `INVALID_CLIENT` for anything that is no client, `UNSUPPORTED_SDK_VERSION` for a major or
 * minor that this package can't run on.
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
    port = createV4Port(client, supportedVersion(client));
    ports.set(client, port);
  }
  return port;
}

function supportedVersion(client: ClientShape): string {
  const version = /v(\d+)\.(\d+)\.\d+\S*/.exec(client.headers?.['x-inngest-sdk'] ?? '');
  if (!version) {
    throw new MastraInngestError(
      'UNSUPPORTED_SDK_VERSION',
      `The Inngest client "${client.id}" does not tell its SDK version. Use inngest 4.21 or newer.`,
    );
  }
  const [text, major, minor] = [version[0].slice(1), Number(version[1]), Number(version[2])];
  if (major !== OLDEST_V4[0] || minor < OLDEST_V4[1]) {
    throw new MastraInngestError(
      'UNSUPPORTED_SDK_VERSION',
      `The Inngest client "${client.id}" was made by inngest ${text}; this release of @mastra/inngest runs on ` +
        `inngest ${OLDEST_V4.join('.')} to 4.x. Install inngest@^4.`,
    );
  }
  return text;
}
