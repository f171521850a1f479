import { createServer } from 'node:net';

/**
 * Where the system begins to hand out ports, to connections and to servers that ask for any. A port from there on may be
 * taken by one of the thousands of connections of other tests before a test listens on it, or listens on it again.
 */
const HANDED_OUT = 32_768;
const FIRST = 12_000;

/** Test files run in processes of their own, so each begins elsewhere. */
let next = FIRST + Math.floor(Math.random() * (HANDED_OUT - FIRST));

/** A port of 127.0.0.1 that nobody listens on and that only those who ask for it by number can get. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port + 1 < HANDED_OUT ? port + 1 : FIRST;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listens) await new Promise(resolve => server.close(resolve));
  return listens;
}
