import type { Server } from 'node:http';
import type { Mastra } from '@mastra/core/mastra';
import { AppLogger } from './app-logger.js';
import type { DemoOptions } from './options.js';
import { requireFreePort } from './port.js';
import { DemoProblem } from './problem.js';

export interface App {
  /** Where the app listens. */
  origin: string;
  /** Where Inngest calls it. */
  inngestUrl: string;
  /** Tells the app to register its functions with the Inngest server. */
  sync(): Promise<void>;
  /** What the app has stored about a run of the increment workflow. */
  storedRun(runId: string): Promise<unknown>;
  stop(): Promise<void>;
}

const INNGEST_PATH = '/api/inngest';

/** Starts the example as `mastra dev` does, only in this process and from the sources. */
export async function startApp(
  options: DemoOptions,
  inngestUrl: string,
  show: (level: string, line: string) => void,
): Promise<App> {
  const { host, appPort: port } = options;
  await requireFreePort('the example app', host, port, 'DEMO_APP_PORT');

  // The example and the libraries read these when they are loaded, so they come before the imports.
  process.env['INNGEST_BASE_URL'] = inngestUrl;
  if (options.appOrigin) process.env['INNGEST_SERVE_ORIGIN'] = options.appOrigin;
  process.env['DATABASE_URL'] ??= ':memory:';
  process.env['MASTRA_TELEMETRY_DISABLED'] = '1';
  const [example, { createNodeServer }] = await Promise.all([
    import('../../examples/increment/src/mastra/index.js'),
    import('@mastra/deployer/server'),
  ]);
  const mastra: Mastra = example.mastra;

  mastra.setLogger({ logger: new AppLogger(show) });
  mastra.setServer({ ...mastra.getServer(), host, port, handleShutdownSignals: false });
  const server = (await createNodeServer(mastra, { tools: {} })) as Server;
  await listening(server);

  const origin = `http://${host}:${port}`;
  const reachableAt = options.appOrigin ?? origin;
  return {
    origin,
    inngestUrl: `${reachableAt}${INNGEST_PATH}`,
    sync: () => sync(`${origin}${INNGEST_PATH}`, inngestUrl),
    storedRun: runId => readJson(`${origin}/mastra/workflows/incrementWorkflow/runs/${runId}`),
    stop: () => close(server),
  };
}

async function listening(server: Server): Promise<void> {
  if (server.listening) return;
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
}

async function sync(url: string, inngestUrl: string): Promise<void> {
  const response = await fetch(url, { method: 'PUT', body: '{}' });
  const text = await response.text();
  if (!response.ok)
    throw new DemoProblem(`The app could not register with ${inngestUrl}: ${text.slice(0, 300)}`);
}

async function readJson(url: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok)
    throw new DemoProblem(`${url} answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return response.json();
}

async function close(server: Server): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
