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

class ProcessLife {
  end!: (lost: ConnectionLost) => void;
  readonly over = new Promise<never>((_resolve, reject) => {
    this.end = reject;
  });
}

/** Carries the server's requests to the app's handler, in this process. */
export class InProcess implements AppTransport {
  handler: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });

  async send({ method, url, headers, body }: AppRequest): Promise<RawAnswer> {
    // The SDK makes its own address of the host.
    const addressed = { host: new URL(url).host, ...headers };
    const request = new Request(url, { method, headers: addressed, ...(method !== 'GET' && { body }) });
    const life = new ProcessLife();
    return await Promise.race([lives.run(life, () => this.answer(request)), life.over]);
  }

  stop(): void {}

  private async answer(request: Request): Promise<RawAnswer> {
    const response = await this.handler(request);
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text() };
  }
}
