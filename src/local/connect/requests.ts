import { derivedUuid } from '../../wire/ids';
import { NoAnswer } from '../errors';
import type { RawAnswer } from '../executor/core';
import { ACCOUNT_ID, ENV_ID } from '../ids';
import type { AppRequest } from '../transport/app-client';
import { Lease, type LeaseEnd } from './lease';
import { type Message, kinds } from './messages';
import type { ConnectTimes } from './times';
import type { Worker } from './worker';
import type { Workers } from './workers';

/** How often a request that no worker took is given to one. */
const tries = 3;

/** HTTP's word for a `SDKResponseStatus`. */
const statuses = [206, 200, 500];

function rawAnswer({
  status,
  body,
  noRetry,
  retryAfter,
  sdkVersion,
  requestVersion,
}: Message<'SDKResponse'>): RawAnswer {
  return {
    status: statuses[status] ?? 0,
    headers: {
      'x-inngest-sdk': sdkVersion,
      'x-inngest-req-version': String(requestVersion),
      ...(noRetry && { 'x-inngest-no-retry': 'true' }),
      ...(retryAfter && { 'retry-after': retryAfter }),
    },
    body: Buffer.from(body).toString('utf8'),
  };
}

/** Requests that are executed by connected workers. */
export class Requests {
  readonly #leases = new Set<Lease>();

  constructor(
    private readonly workers: Workers,
    private readonly times: ConnectTimes,
    private readonly newLeaseId: () => string,
  ) {}

  /** Has a worker execute the request. @throws NoAnswer */
  async send(request: AppRequest): Promise<RawAnswer> {
    const slug = new URL(request.url).searchParams.get('fnId') ?? '';
    for (let count = 0; count < tries; count++) {
      const worker = await this.workers.take(slug);
      const end = await this.#lend(worker, slug, request);
      if (end !== 'not taken') return rawAnswer(end);
    }
    throw new NoAnswer('Failed to route the request to a worker');
  }

  taken(requestId: string): void {
    for (const lease of this.#of({ requestId })) lease.taken();
  }

  extend(worker: Worker, requestId: string, leaseId: string): string | undefined {
    return this.#of({ requestId })
      .map(lease => lease.extend(worker, leaseId, this.newLeaseId))
      .find(id => id !== undefined);
  }

  /** Of a request that nobody waits for any more, the answer is dropped. */
  answered(response: Message<'SDKResponse'>): void {
    for (const lease of this.#of({ requestId: response.requestId })) lease.answered(response);
  }

  drained(worker: Worker): void {
    for (const lease of this.#of({ worker })) lease.drained();
  }

  disconnected(worker: Worker): void {
    for (const lease of this.#of({ worker })) lease.disconnected();
  }

  stop(): void {
    for (const lease of this.#leases) lease.stop();
  }

  /** Those of a worker, or of a request: of one that a fault doubled there are two. */
  #of(whose: { worker: Worker } | { requestId: string }): Lease[] {
    return [...this.#leases].filter(lease =>
      'worker' in whose ? lease.worker === whose.worker : lease.requestId === whose.requestId,
    );
  }

  async #lend(worker: Worker, slug: string, { headers, body, url }: AppRequest): Promise<LeaseEnd> {
    const requestId = headers['x-request-id'] ?? '';
    const lease = new Lease(requestId, worker, this.newLeaseId(), this.times);
    this.#leases.add(lease);
    const appName = worker.functions.get(slug) ?? '';
    const appId = derivedUuid('app', appName);
    const { traceparent = '' } = headers;
    const trace = Buffer.from(JSON.stringify({ traceparent, tracestate: '' }));
    worker.send(kinds.executorRequest, 'GatewayExecutorRequestData', {
      ...{ requestId, accountId: ACCOUNT_ID, envId: ENV_ID, appId, appName },
      ...{ functionId: derivedUuid(appId, slug), functionSlug: slug },
      stepId: new URL(url).searchParams.get('stepId') ?? 'step',
      requestPayload: Buffer.from(body),
      ...{ systemTraceCtx: trace, userTraceCtx: trace },
      runId: headers['x-run-id'] ?? '',
      leaseId: lease.id,
      jobId: headers['x-inngest-job-id'] ?? '',
    });
    try {
      return await lease.end;
    } finally {
      this.#leases.delete(lease);
      this.workers.leave(worker);
    }
  }
}
