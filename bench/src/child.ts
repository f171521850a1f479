/** A contender's process, as the bench sees it. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { type Entrant, entrantName } from './matrix';
import type { Answer, ChildArguments, Request } from './protocol';

export const benchFolder = path.resolve(import.meta.dirname, '..');
const appFile = path.join(benchFolder, 'dist/app.js');
const v3Alias = path.join(benchFolder, 'v3-alias.mjs');

/** Longer than any scenario takes: a contender that hangs must not hang the bench. */
const LONGEST = 300_000;

export class Child {
  private constructor(
    readonly entrant: Entrant,
    private readonly process: ChildProcess,
  ) {}

  /** Starts the process; `onListening` is told the app's address before the app registers with the server. */
  static async start(
    args: ChildArguments,
    onListening: (url: string) => void = () => {},
  ): Promise<Child | { reason: string }> {
    const { contender, mode } = args;
    const execArgv = ['--expose-gc', ...(mode === 'v3' ? ['--import', v3Alias] : [])];
    const child = new Child(
      { contender, mode },
      fork(appFile, [JSON.stringify(args)], {
        cwd: benchFolder,
        execArgv,
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: { ...process.env, INNGEST_DEV: undefined, INNGEST_BASE_URL: undefined, NODE_ENV: 'production' },
      }),
    );
    const listening = await child.answer();
    if (listening.type !== 'listening') return { reason: reasonOf(listening) };
    onListening(listening.url);
    const registered = await child.ask({ type: 'register' });
    return registered.type === 'registered' ? child : { reason: reasonOf(registered) };
  }

  async ask(request: Request): Promise<Answer> {
    const answer = this.answer();
    this.process.send(request);
    return answer;
  }

  stop(): void {
    this.process.kill();
  }

  private async answer(): Promise<Answer> {
    let problem = '';
    const note = (text: Buffer) => (problem += text.toString());
    this.process.stderr?.on('data', note);
    return new Promise<Answer>(resolve => {
      const name = entrantName(this.entrant);
      const finish = (answer: Answer) => {
        clearTimeout(timer);
        this.process.stderr?.off('data', note);
        this.process.off('message', finish);
        this.process.off('exit', onExit);
        resolve(answer);
      };
      const onExit = () => finish({ type: 'failed', reason: `${name} ended: ${problem.trim()}` });
      const timer = setTimeout(() => {
        this.process.kill();
        finish({ type: 'failed', reason: `${name} gave no answer within ${LONGEST / 1000} s` });
      }, LONGEST);
      this.process.on('message', finish);
      this.process.on('exit', onExit);
    });
  }
}

/** The last line of sense in an answer that is not the expected one. */
export function reasonOf(answer: Answer): string {
  if (answer.type !== 'failed' && answer.type !== 'unsupported') return `Unexpected answer: ${answer.type}`;
  const lines = answer.reason.split('\n').filter(line => /Error|error/.test(line));
  return lines[0] ?? answer.reason.split('\n')[0] ?? '';
}
