import { startLocalServer } from '@mastra/inngest/local';
import type { DemoOptions } from './options.js';
import { requireFreePort } from './port.js';
import { DemoProblem } from './problem.js';

export interface InngestServer {
  url: string;
  kind: 'local' | 'yours';
  stop(): Promise<void>;
}

/** The server named by INNGEST_BASE_URL, else a local one. */
export async function openInngestServer(options: DemoOptions): Promise<InngestServer> {
  if (options.inngestBaseUrl) {
    await requireReachable(options.inngestBaseUrl);
    return { url: options.inngestBaseUrl, kind: 'yours', stop: async () => {} };
  }
  const { host, inngestPort: port } = options;
  await requireFreePort('the Inngest server', host, port, 'DEMO_INNGEST_PORT');
  const server = await startLocalServer({ host, port });
  return { url: server.url, kind: 'local', stop: () => server.stop() };
}

async function requireReachable(url: string): Promise<void> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(5_000) });
  } catch {
    throw new DemoProblem(`No Inngest server answers at ${url} (INNGEST_BASE_URL).`);
  }
}
