import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleClient } from '../example/client';
import { until } from '../support/until';
import { freePort } from '../processes/free-port';
import { type Dependencies, InstalledApp } from './installed-app';

/** What the README's two columns install. */
const COLUMNS: [name: string, dependencies: Dependencies, overlay: string | undefined][] = [
  ['v4', {}, undefined],
  ['v3', { inngest: '^3.54.2', '@inngest/realtime': '^0.4.7' }, 'v3'],
];

describe.each(COLUMNS)('the packed package, in a copy of the example on inngest %s', (...column) => {
  const [major, dependencies, overlay] = column;
  let app: InstalledApp;
  beforeAll(async () => {
    app = await InstalledApp.make(dependencies, overlay);
  });
  afterAll(() => app.remove());

  it('finds the app’s own SDK, and only that', async () => {
    const script = `import { Inngest } from 'inngest';
      const client = new Inngest({ id: 'a', isDev: true });
      console.log(client.headers['x-inngest-sdk'])`;
    const { stdout } = await app.succeed('node', ['--input-type=module', '--eval', script]);
    expect(stdout).toContain(`inngest-js:${major}.`);
    const list = await app.succeed('npm', ['ls', '--all', '--json', 'inngest']);
    const versions = list.stdout.match(/"version": "\d+\.\d+\.\d+"/g);
    expect(list.stdout).not.toMatch(major === 'v3' ? /inngest-4\./ : /inngest-3\./);
    expect(versions).not.toBe(null);
  });

  it('type-checks what the guide shows', async () => {
    await app.succeed('npx', ['--no-install', 'tsc', '-p', '.']);
  });

  it.each([
    [
      'import',
      'const main = await import("@mastra/inngest"), local = await import("@mastra/inngest/local");',
    ],
    ['require', 'const main = require("@mastra/inngest"), local = require("@mastra/inngest/local");'],
  ])('loads by %s', async (kind, load) => {
    const print = 'console.log(typeof main.init, typeof main.serve, typeof local.startLocalServer)';
    const type = kind === 'import' ? 'module' : 'commonjs';
    const child = await app.succeed('node', [`--input-type=${type}`, '--eval', `${load} ${print}`]);
    expect(child.stdout.trim()).toBe('function function function');
  });

  it('runs the workflow: the packed server, `mastra dev`, an invocation, 10', async () => {
    const [serverPort, appPort] = [await freePort(), await freePort()];
    const serverUrl = `http://127.0.0.1:${serverPort}`;
    const appUrl = `http://127.0.0.1:${appPort}`;
    const server = app.start('npx', [
      '--no-install',
      'mastra-inngest-local',
      '--port',
      `${serverPort}`,
      '-u',
      `${appUrl}/api/inngest`,
    ]);
    const dev = app.start('npx', ['--no-install', 'mastra', 'dev'], {
      PORT: String(appPort),
      INNGEST_BASE_URL: serverUrl,
      DATABASE_URL: ':memory:',
      MASTRA_TELEMETRY_DISABLED: '1',
    });
    await Promise.all([dev.prints(/ready in/, 180_000), server.prints(/http:\/\//)]);

    const client = new ExampleClient(serverUrl, appUrl);
    await until(async () => (await client.registeredSlugs()).length > 0);
    const runId = randomUUID();
    await client.invoke({ inputData: { value: 5 }, runId });
    expect(await client.finishedRun(runId)).toMatchObject({
      runId,
      status: 'success',
      result: { value: 10 },
    });
  });
});
