import { spawn } from 'node:child_process';

/** One check of `npm run verify`: a command and what it makes sure of. */
export interface Stage {
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
}

export interface StageOutcome {
  name: string;
  ok: boolean;
  seconds: number;
}

/** Runs a stage with its output shown as it comes. */
export async function runStage(stage: Stage): Promise<StageOutcome> {
  process.stdout.write(`\n── ${stage.name}: ${[stage.command, ...stage.args].join(' ')}\n`);
  const startedAt = performance.now();
  const ok = await exitsWithZero(stage);
  const seconds = (performance.now() - startedAt) / 1000;
  process.stdout.write(`── ${stage.name}: ${ok ? 'ok' : 'FAILED'} (${seconds.toFixed(1)} s)\n`);
  return { name: stage.name, ok, seconds };
}

function exitsWithZero({ command, args, env }: Stage): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    });
    child.once('error', error => {
      process.stderr.write(`${error.message}\n`);
      resolve(false);
    });
    child.once('close', code => resolve(code === 0));
  });
}
