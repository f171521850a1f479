/** One request to the app as the process that answers it: it may "die", and then nothing more comes of it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ConnectionLost } from '../local/errors';
import type { RawAnswer } from '../local/executor/core';
import type { AppRequest, AppTransport } from '../local/transport/app-client';

const lives = new AsyncLocalStorage<ProcessLife>();

/** The connection breaks at once, and the code of the request stands still for ever, as it does when a process is killed. */
export function die<T>(retryAt: number): Promise<T> {
  lives.getStore()?.end(new ConnectionLost(retryAt));
  return new Promise(() => {});
}

/** What the code gives, or nothing until the dead process is buried: then the SDK is told, so that no timer of its own goes on. */
export function whileAlive<T>(code: Promise<T>): Promise<T> {
  const life = lives.getStore();
  return life ? Promise.race([code, life.buried]) : code;
}

/** Whether the process of the calling code, such as a timer's, is dead. */
export function isDead(): boolean {
  return lives.getStore()?.isDead ?? false;
}

class ProcessLife {
  isDead = false;
  private reject!: (lost: ConnectionLost) => void;
  private rejectCode!: (lost: ConnectionLost) => void;
  readonly over = new Promise<never>((_resolve, reject) => {
    this.reject = reject;
  });
  readonly buried = new Promise<never>((_resolve, reject) => {
    this.rejectCode = reject;
  });

  constructor() {
    // Either may come when nobody looks any more.
    this.over.catch(() => {});
    this.buried.catch(() => {});
  }

  end(lost: ConnectionLost): void {
    this.isDead = true;
    this.reject(lost);
  }

  bury(): void {
    if (this.isDead) this.rejectCode(new ConnectionLost(0));
  }
}

/** Carries the server's requests to the app's handler, in this process. */
export class InProcess implements AppTransport {
  readonly serverKind = 'dev';
  private readonly lives = new Set<ProcessLife>();
  handler: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });

  async send({ method, url, headers, body }: AppRequest): Promise<RawAnswer> {
    // The SDK makes its own address of the host.
    const addressed = { host: new URL(url).host, ...headers };
    const request = new Request(url, { method, headers: addressed, ...(method !== 'GET' && { body }) });
    const life = new ProcessLife();
    this.lives.add(life);
    const answer = lives.run(life, () => this.answer(request)).finally(() => this.lives.delete(life));
    return await Promise.race([answer, life.over]);
  }

  stop(): void {
    for (const life of this.lives) life.bury();
  }

  private async answer(request: Request): Promise<RawAnswer> {
    const response = await this.handler(request);
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text() };
  }
}
