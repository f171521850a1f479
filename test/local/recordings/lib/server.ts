import { useProcessTime } from './process-time.js';

/** The server under test: the local one, or the real one that `INNGEST_BASE_URL` points to. */
export interface TestServer {
  url: string;
  /** Lets time pass; only the local server can. */
  advance?: (by: string) => Promise<void>;
  stop: () => Promise<void>;
}

const address = (name: string) => process.env[name]?.replace(/\/$/, '');
const realServer = address('INNGEST_BASE_URL');
/** One that was started with {@link keys}: `inngest start`. */
const realServerWithKeys = address('INNGEST_START_BASE_URL');
// The SDKs read the variable too, and would go past the proxy.
delete process.env['INNGEST_BASE_URL'];

/** True if the tests run against a real Inngest server. */
export const onRealServer = Boolean(realServer ?? realServerWithKeys);

/** What a server that is no development server, and its apps, are started with. */
export const keys = { signingKey: '0123456789abcdef', eventKey: 'conformance' } as const;
export type Keys = { -readonly [key in keyof typeof keys]: string };

/**
 * Starts the local server, with every retry after so many ms unless the app asks for a time.
 * A real server must have been started with `--retry-interval 1`, as the recorded one was.
 */
export async function startServer(retryDelayMs: number | 'default' = 200, given?: Keys): Promise<TestServer> {
  const real = given ? realServerWithKeys : realServer;
  if (real) return { url: real, stop: async () => undefined };
  // Before the server takes its clock.
  useProcessTime();
  const { startLocalServer } = await import('@mastra/inngest/local');
  const retry = retryDelayMs === 'default' ? {} : { retryDelay: () => retryDelayMs };
  const known = given ? { signingKey: given.signingKey, eventKeys: [given.eventKey] } : {};
  const server = await startLocalServer({ port: 0, ...retry, ...known });
  return { url: server.url, advance: by => server.advance(by), stop: () => server.stop() };
}
