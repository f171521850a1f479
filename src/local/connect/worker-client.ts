import type { RawAnswer } from '../executor/core';
import type { AppRequest, AppTransport } from '../transport/app-client';
import type { ServerKind } from '../transport/keys';
import type { Requests } from './requests';

/** Carries requests to apps: over the sockets of its workers to one that connected, over HTTP to the others. */
export class WorkerClient implements AppTransport {
  constructor(
    private readonly requests: Requests,
    private readonly overHttp: AppTransport,
  ) {}

  get serverKind(): ServerKind {
    return this.overHttp.serverKind;
  }

  async send(request: AppRequest): Promise<RawAnswer> {
    return await (/^wss?:/.test(request.url) ? this.requests : this.overHttp).send(request);
  }

  stop(): void {
    this.requests.stop();
    this.overHttp.stop();
  }
}
