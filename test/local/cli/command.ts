import path from 'node:path';
import { onTestFinished } from 'vitest';
import { Child } from '../../processes/child';

const bin = path.resolve(import.meta.dirname, '../../../src/local/bin.ts');

/** `npx mastra-inngest-local …args`, from the sources; stopped when the test is over. */
export function command(args: string[], env: NodeJS.ProcessEnv = {}): Child {
  const child = new Child(process.execPath, ['--import', 'tsx', bin, ...args], {
    env: { INNGEST_BASE_URL: undefined, ...env },
  });
  onTestFinished(async () => await child.stop());
  return child;
}

/** A command that ends by itself. */
export async function ended(args: string[], env?: NodeJS.ProcessEnv) {
  const child = command(args, env);
  return { code: await child.exitCode, stdout: child.stdout, stderr: child.stderr };
}

/** The server's command, once it listens. */
export async function startServer(...args: string[]): Promise<{ server: Child; url: string }> {
  const server = command(['--port', '0', ...args]);
  await server.prints(/http:\/\/127\.0\.0\.1:\d+.*\n/);
  return { server, url: /http:\/\/127\.0\.0\.1:\d+/.exec(server.stdout)?.[0] ?? '' };
}
