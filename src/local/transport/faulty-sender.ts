import { setTimeout as sleep } from 'node:timers/promises';
import type { RawAnswer, Send } from '../executor/core';
import { LocalServerError } from '../errors';
import { field, parseJson, text } from '../json';
import type { AppTransport } from './app-client';
import type { FaultAction, FaultRequest, Faults } from './faults';

function describe(url: string, body: string): Omit<FaultRequest, 'index'> {
  const { searchParams } = new URL(url);
  const ctx = field(parseJson(body), 'ctx');
  const attempt = field(ctx, 'attempt');
  return {
    runId: text(ctx, 'run_id') ?? '',
    functionId: searchParams.get('fnId') ?? '',
    stepId: searchParams.get('stepId') ?? '',
    attempt: typeof attempt === 'number' ? attempt : 0,
  };
}

const broken = (): LocalServerError =>
  new LocalServerError('APP_UNREACHABLE', 'A fault broke the connection.');

/** Sends execution requests, with the faults that are set. */
export class FaultySender {
  #waitingForNext = new Set<() => void>();

  constructor(
    private readonly client: AppTransport,
    private readonly faults: Faults,
  ) {}

  send: Send = async (url, headers, body) => {
    const deliver = async (): Promise<RawAnswer> =>
      await this.client.send({ method: 'POST', url, headers, body });
    const action = this.faults.active ? this.faults.next(describe(url, body)) : undefined;
    if (!action) return await this.#plain(deliver);
    return await this.#withFault(action, deliver);
  };

  async #plain(deliver: () => Promise<RawAnswer>): Promise<RawAnswer> {
    try {
      return await deliver();
    } finally {
      for (const go of [...this.#waitingForNext]) go();
    }
  }

  async #withFault(action: FaultAction, deliver: () => Promise<RawAnswer>): Promise<RawAnswer> {
    switch (action.kind) {
      case 'drop':
        throw broken();
      case 'dropAnswer':
        await deliver();
        throw broken();
      case 'delay':
        await sleep(action.ms);
        return await deliver();
      case 'duplicate': {
        const [first, second] = [deliver(), deliver()];
        second.catch(() => undefined);
        return await first;
      }
      case 'reorder':
        await this.#nextAnswered(action.ms ?? 1000);
        return await deliver();
      case 'status':
        return {
          status: action.status ?? 502,
          headers: { 'content-type': 'text/html' },
          body: '<html>Bad Gateway</html>',
        };
    }
  }

  async #nextAnswered(limit: number): Promise<void> {
    await new Promise<void>(resolve => {
      const go = (): void => {
        clearTimeout(timer);
        this.#waitingForNext.delete(go);
        resolve();
      };
      const timer = setTimeout(go, limit);
      this.#waitingForNext.add(go);
    });
  }
}
