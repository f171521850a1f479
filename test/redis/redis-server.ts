/** A real Redis of the test's own, that keeps nothing on the disk. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../processes/free-port';

export interface RedisServer {
  port: number;
  /** Gone from one moment to the next, with all that it held. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const MISSING =
  'The tests in test/redis start a Redis server of their own, and there is no `redis-server` on the PATH. ' +
  'Install one (Debian and Ubuntu: `apt-get install redis-server`; macOS: `brew install redis`).';

/** Resolves once it takes connections. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mastra-inngest-redis-'));
  const port = await freePort();
  const address = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder];
  const child = spawn('redis-server', [...address, '--save', '', '--appendonly', 'no'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = new Promise<Error | undefined>(resolve => {
    child.once('error', resolve);
    child.once('exit', () => resolve(undefined));
  });
  await new Promise<void>((resolve, reject) => {
    const read = (data: Buffer) => {
      output += data.toString();
      if (output.includes('Ready to accept connections')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(error => {
      const isMissing = (error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
      reject(new Error(isMissing ? MISSING : `redis-server ended: ${error?.message ?? output}`));
    });
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  return {
    port,
    kill,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
