import { cp, mkdir, mkdtemp, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child } from '../processes/child';

const script = path.resolve(import.meta.dirname, '../../scripts/install.mjs');

/** A project with the script, a lockfile, and an npm that only leaves a trace of being called. */
let project: string;
let trace: string;

beforeAll(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'install-'));
  trace = path.join(project, 'npm-was-called');
  await mkdir(path.join(project, 'scripts'));
  await mkdir(path.join(project, 'bin'));
  await mkdir(path.join(project, 'node_modules'));
  await cp(script, path.join(project, 'scripts/install.mjs'));
  await writeFile(
    path.join(project, 'bin/npm'),
    `#!/bin/sh\necho "$@" > "${trace}"\nexit \${NPM_EXIT:-0}\n`,
    { mode: 0o755 },
  );
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe('the install script', () => {
  it('installs when nothing is installed, and says so in one line', async () => {
    await locks({ wanted: lock('1.0.0') });
    const { code, stdout, called } = await run();
    expect({ code, called }).toEqual({ code: 0, called: true });
    expect(stdout.trim().split('\n')).toEqual(['Installing what the project needs (npm ci), once …']);
  });

  it('says nothing and does nothing when the install is newer than the lockfile', async () => {
    await locks({ wanted: lock('1.0.0'), installed: lock('1.0.0') });
    expect(await run()).toEqual({ code: 0, stdout: '', stderr: '', called: false });
  });

  it('installs again when the lockfile has changed', async () => {
    await locks({ wanted: lock('2.0.0'), installed: lock('1.0.0'), wantedIsNewer: true });
    expect((await run()).called).toBe(true);
  });

  it('does not install again when only the date of the lockfile has changed', async () => {
    await locks({ wanted: lock('1.0.0'), installed: lock('1.0.0'), wantedIsNewer: true });
    expect((await run()).called).toBe(false);
  });

  it('fails with one line when npm fails', async () => {
    await locks({ wanted: lock('1.0.0') });
    const { code, stderr } = await run({ NPM_EXIT: '7' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: npm ci failed with exit code 7; its output is above.\n',
    });
  });

  it('refuses a Node that is too old, in one line, before anything is installed', async () => {
    await locks({ wanted: lock('1.0.0') });
    const oldNode = path.join(project, 'old-node.cjs');
    await writeFile(
      oldNode,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.0' } });`,
    );
    const { code, stderr, called } = await run({ NODE_OPTIONS: `--require ${oldNode}` });
    expect({ code, stderr, called }).toEqual({
      code: 1,
      stderr: 'error: Node 20 or newer is needed; this is Node 18.20.0.\n',
      called: false,
    });
  });
});

const lock = (version: string) => JSON.stringify({ packages: { '': {}, 'node_modules/one': { version } } });

async function locks(files: { wanted: string; installed?: string; wantedIsNewer?: boolean }): Promise<void> {
  const wanted = path.join(project, 'package-lock.json');
  const installed = path.join(project, 'node_modules/.package-lock.json');
  await writeFile(wanted, files.wanted);
  await rm(installed, { force: true });
  if (files.installed === undefined) return;
  await writeFile(installed, files.installed);
  const now = Date.now() / 1000;
  await utimes(wanted, now, files.wantedIsNewer ? now : now - 60);
  await utimes(installed, now, files.wantedIsNewer ? now - 60 : now);
}

async function run(env: NodeJS.ProcessEnv = {}) {
  await rm(trace, { force: true });
  const child = new Child(process.execPath, ['scripts/install.mjs'], {
    cwd: project,
    env: { PATH: `${path.join(project, 'bin')}:${process.env['PATH']}`, ...env },
  });
  const code = await child.exitCode;
  const called = await stat(trace).then(
    () => true,
    () => false,
  );
  return { code, stdout: child.stdout, stderr: child.stderr, called };
}
