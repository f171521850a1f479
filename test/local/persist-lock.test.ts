import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalServer, startLocalServer } from '../../src/local';

let folder: string;
let file: string;
const servers: LocalServer[] = [];
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-lock-'));
  file = join(folder, 'state');
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()));
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

async function start(): Promise<LocalServer> {
  const server = await startLocalServer({ port: 0, persist: file });
  servers.push(server);
  return server;
}

/** Another process with a server on the file, once it listens. */
async function elsewhere(): Promise<ChildProcess & { pid: number }> {
  const bin = new URL('../../src/local/bin.ts', import.meta.url).pathname;
  const args = ['--import', 'tsx', bin, '--port', '0', '--persist', file];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (data: Buffer) => (said += data.toString()).includes('Local Inngest server on') && resolve();
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => reject(new Error(`It ended: ${said}`)));
  });
  return child as ChildProcess & { pid: number };
}

test('a second server on the file is refused, in the same process and in another, and takes nothing away', async () => {
  const first = await start();
  await expect(start()).rejects.toMatchObject({
    code: 'FILE_IN_USE',
    message: expect.stringContaining(file),
  });
  await expect(elsewhere()).rejects.toThrow(`the file of the local server of process ${process.pid}`);
  // The first one goes on writing to it.
  await fetch(`${first.url}/e/key`, { method: 'POST', body: JSON.stringify({ name: 'kept', data: {} }) });
  await first.stop();
  expect(readFileSync(file, 'utf8')).toContain('"kept"');
  expect(readdirSync(folder)).toEqual(['state']);
});

test('a process that has the file is named, and one that was killed has it no more', async () => {
  const other = await elsewhere();
  await expect(start()).rejects.toMatchObject({
    code: 'FILE_IN_USE',
    message: expect.stringContaining(`process ${other.pid}.`),
  });
  const gone = new Promise(resolve => other.once('exit', resolve));
  other.kill('SIGKILL');
  await gone;
  await start();
});

test('a process is not taken for the one that had its number before', async () => {
  // As in a container, where each start has the same numbers.
  for (const pid of [process.pid, process.ppid]) {
    writeFileSync(`${file}.lock`, JSON.stringify({ pid, began: 'another time' }));
    await (await start()).stop();
  }
});

test('what can’t be read as a lock is none', async () => {
  writeFileSync(`${file}.lock`, 'half a l');
  await start();
});

test('a server that could not start keeps nothing', async () => {
  writeFileSync(file, 'no journal\n\n');
  await expect(start()).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect(readdirSync(folder)).toEqual(['state']);
});
