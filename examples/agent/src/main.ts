/** The caller: begins a run, watches it, sees its worker die, says yes, and reads the answer. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLocalServer } from '@mastra/inngest/local';
import { supportApp } from './support';

const say = (line: string) => process.stdout.write(`${line}\n`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

const folder = mkdtempSync(join(tmpdir(), 'durable-agent-'));
const database = `file:${join(folder, 'runs.db')}`;
const inngestServer = await startLocalServer({ port: 0, retryDelay: () => 60_000 });
const port = await freePort();

/** Resolves when the worker listens. */
async function startWorker(dieAt?: string) {
  const script = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const args = [String(port), inngestServer.url, database, ...(dieAt === undefined ? [] : [dieAt])];
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = new Promise<void>(resolve => child.once('exit', () => resolve()));
  await new Promise<void>(resolve => {
    child.stdout.on('data', (text: Buffer) => {
      process.stdout.write(text);
      if (text.includes('is ready')) resolve();
    });
  });
  return { died, stop: () => child.kill() };
}

const first = await startWorker('looks');
await inngestServer.sync(`http://127.0.0.1:${port}/api/inngest`);
const { support } = supportApp(inngestServer.url, database, () => {});

say('caller  Please pay order 7 back.');
const { fullStream, runId } = await support.stream('Please pay order 7 back.', { closeOnSuspend: true });
const worker = first.died.then(async () => {
  say('  worker  was killed in the middle of a tool');
  const second = await startWorker();
  await inngestServer.advance('1m');
  return second;
});
for await (const { type } of fullStream) say(`stream  ${type}`);

say('caller  A person says yes, from whichever process.');
const output = await support.approveToolCall({ runId, toolCallId: 'refund' });
say(`agent   ${await output.text}`);

(await worker).stop();
await inngestServer.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
