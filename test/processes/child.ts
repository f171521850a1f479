import { spawn, type ChildProcess } from 'node:child_process';

export interface ChildOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** A command run as a person would run it, with all it prints. */
export class Child {
  readonly exitCode: Promise<number | null>;
  readonly #process: ChildProcess;
  #stdout = '';
  #stderr = '';
  #ended = false;

  constructor(command: string, args: string[], { cwd, env }: ChildOptions = {}) {
    this.#process = spawn(command, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that stop() reaches what the command itself has started.
      detached: true,
    });
    this.#process.stdout?.on('data', (chunk: Buffer) => (this.#stdout += chunk.toString()));
    this.#process.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()));
    this.exitCode = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', code => {
        this.#ended = true;
        resolve(code);
      });
    });
    // Who only stops the child never looks at this promise.
    this.exitCode.catch(() => {});
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get output(): string {
    return `${this.#stdout}\n${this.#stderr}`;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits until something has been printed; fails with all that was printed instead. */
  async prints(pattern: RegExp, timeoutMs = 180_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!pattern.test(this.output)) {
      if (this.#ended || Date.now() > deadline) {
        throw new Error(
          `${this.#ended ? 'The process ended' : 'Time is up'} without ${pattern}:\n${this.output}`,
        );
      }
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  /** As Ctrl-C and the like; the process may take its time. */
  signal(signal: NodeJS.Signals): void {
    if (!this.#ended) this.#signalGroup(signal);
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#signalGroup('SIGTERM');
    const force = setTimeout(() => this.#signalGroup('SIGKILL'), 8_000);
    await this.exitCode.catch(() => null);
    clearTimeout(force);
  }

  #signalGroup(signal: NodeJS.Signals): void {
    try {
      if (this.#process.pid) process.kill(-this.#process.pid, signal);
    } catch {
      // Gone by itself in the meantime.
    }
  }
}
