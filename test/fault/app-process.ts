import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface AppProcess {
  /** Resolves when the process is gone, however it ended. */
  died: Promise<void>;
  stop(): Promise<void>;
}

/** Starts an app, as a rule the one to be killed; resolves when it listens. */
export async function startApp(
  args: string[],
  env: Record<string, string>,
  url = new URL('./app.ts', import.meta.url),
): Promise<AppProcess> {
  const script = fileURLToPath(url);
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const died = new Promise<void>(resolve => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const read = (data: Buffer) => {
      output += data.toString();
      if (output.includes('listening')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void died.then(() => reject(new Error(`The app ended before it listened: ${output}`)));
  });
  return {
    died,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await died;
    },
  };
}
