import { startLocalServer, type LocalServer } from '@mastra/inngest/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts, printedResult, startDemo } from './demo';

let server: LocalServer;

beforeAll(async () => {
  server = await startLocalServer({ host: '127.0.0.1', port: 0 });
});

afterAll(() => server?.stop());

describe('npm run demo with INNGEST_BASE_URL', () => {
  it('uses that server, which reaches the app under DEMO_APP_ORIGIN', async () => {
    const ports = await freePorts();
    const appOrigin = `http://localhost:${ports.app}`;
    const demo = startDemo([], ports, { INNGEST_BASE_URL: server.url, DEMO_APP_ORIGIN: appOrigin });
    try {
      expect(await demo.exitCode, demo.output).toBe(0);
      expect(demo.stdout).toContain(`${server.url} (yours)`);
      expect(printedResult(demo)).toMatchObject({ status: 'success', result: { value: 10 } });
      expect(await appUrls()).toEqual([`${appOrigin}/api/inngest`]);
    } finally {
      await demo.stop();
    }
  });
});

async function appUrls(): Promise<string[]> {
  const response = await fetch(`${server.url}/v0/gql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ apps { url } }' }),
  });
  const { data } = (await response.json()) as { data: { apps: { url: string }[] } };
  return data.apps.map(app => app.url);
}
