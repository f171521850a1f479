/** The Inngest server that all contenders run on. */
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { freePort } from '../../test/processes/free-port';
import { benchFolder } from './child';

export interface BenchServer {
  url: string;
  /** For the report. */
  kind: 'local' | 'real';
  stop(): void;
}

/** The one that INNGEST_BASE_URL names, or the packed package's local server in a process of its own. */
export async function benchServer(): Promise<BenchServer> {
  const external = process.env.INNGEST_BASE_URL;
  if (external) return { url: external.replace(/\/$/, ''), kind: 'real', stop: () => {} };
  const port = await freePort();
  const bin = path.join(benchFolder, 'node_modules/@mastra/inngest/dist/local/bin.js');
  const server = spawn(process.execPath, [bin, '--port', String(port), '--no-poll'], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, server);
  return { url, kind: 'local', stop: () => server.kill() };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (server.exitCode !== null) throw new Error(`The local server ended with code ${server.exitCode}`);
    const response = await fetch(`${url}/dev`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  server.kill();
  throw new Error('The local server did not answer within 10 seconds');
}
