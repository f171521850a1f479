import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { until } from '../support/until';
import { freePort } from '../processes/free-port';
import type { Installed } from './installed';

/** Starts an app that connects, and waits until it asks Inngest for a gateway, which is the first that it does. */
export async function asksForGateway(
  installed: Installed,
  command: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const asked: string[] = [];
  const inngest = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(500).end();
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => inngest.once('listening', resolve));
  const port = String(await freePort());
  const app = installed.start(
    command.map(part => (part === 'PORT' ? port : part)),
    { INNGEST_DEV: `http://127.0.0.1:${(inngest.address() as AddressInfo).port}`, ...env },
  );
  try {
    await until(() => asked.some(path => path.includes('/connect/start'))).catch((error: unknown) =>
      expect.fail(`${String(error)}\n${app.output}`),
    );
  } finally {
    await app.stop();
    inngest.close();
  }
}
