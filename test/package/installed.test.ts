import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExampleClient } from '../example/client';
import { until } from '../example/until';
import { Child } from '../processes/child';
import { freePort } from '../processes/free-port';
import { tarball } from './tarball';

const root = path.resolve(import.meta.dirname, '../..');

/** A copy of the example, outside the repository, with the packed package and all else installed by npm. */
let folder: string;
const running: Child[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mastra-inngest-example-'));
  await cp(path.join(root, 'examples/increment'), folder, {
    recursive: true,
    filter: source => !/node_modules|\.mastra|\.db/.test(path.relative(root, source)),
  });
  const file = path.join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
  manifest.dependencies['@mastra/inngest'] = `file:${tarball()}`;
  await writeFile(file, JSON.stringify(manifest, null, 2));
  await cp(path.join(root, '.npmrc'), path.join(folder, '.npmrc'));
  await succeed('npm', ['install', '--prefer-offline', '--loglevel=error']);
});

afterAll(async () => {
  await Promise.all(running.map(child => child.stop()));
  await rm(folder, { recursive: true, force: true });
});

describe('the packed package, installed into a copy of the example', () => {
  it('type-checks what the guide shows', async () => {
    await succeed('npx', ['--no-install', 'tsc', '-p', '.']);
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
    const child = await succeed('node', [`--input-type=${type}`, '--eval', `${load} ${print}`]);
    expect(child.stdout.trim()).toBe('function function function');
  });

  it('runs the workflow: the packed server, `mastra dev`, an invocation, 10', async () => {
    const [serverPort, appPort] = [await freePort(), await freePort()];
    const serverUrl = `http://127.0.0.1:${serverPort}`;
    const appUrl = `http://127.0.0.1:${appPort}`;
    const server = start('npx', [
      '--no-install',
      'mastra-inngest-local',
      '--port',
      `${serverPort}`,
      '-u',
      `${appUrl}/api/inngest`,
    ]);
    const app = start('npx', ['--no-install', 'mastra', 'dev'], {
      PORT: String(appPort),
      INNGEST_BASE_URL: serverUrl,
      DATABASE_URL: ':memory:',
      MASTRA_TELEMETRY_DISABLED: '1',
    });
    await Promise.all([app.prints(/ready in/, 180_000), server.prints(/http:\/\//)]);

    const client = new ExampleClient(serverUrl, appUrl);
    await until('the app is synced', async () =>
      (await client.registeredSlugs()).length > 0 ? true : undefined,
    );
    const runId = randomUUID();
    await client.invoke({ inputData: { value: 5 }, runId });
    expect(await client.finishedRun(runId)).toMatchObject({
      runId,
      status: 'success',
      result: { value: 10 },
    });
  });
});

function start(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Child {
  const child = new Child(command, args, { cwd: folder, env });
  running.push(child);
  return child;
}

async function succeed(command: string, args: string[]): Promise<Child> {
  const child = new Child(command, args, { cwd: folder });
  const code = await child.exitCode;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${child.output}`);
  return child;
}
