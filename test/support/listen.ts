import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Answers requests on a free port of 127.0.0.1. */
export async function listen(
  handler: (request: Request) => Response | Promise<Response>,
): Promise<Listening> {
  const listener = getRequestListener(request => handler(request));
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
