import { LocalServerError, NoAnswer } from '../errors';
import type { Message } from './messages';
import type { ConnectTimes } from './times';
import type { Worker } from './worker';

/** How the lease of a request ended: with an answer, or because no worker ever took it, so that another may. */
export type LeaseEnd = Message<'SDKResponse'> | 'not taken';

/** The hold that a worker has on a request. It may come back on another connection, with the lease or with the answer. */
export class Lease {
  readonly end: Promise<LeaseEnd>;
  #taken = false;
  #previous = '';
  #timer: NodeJS.Timeout | undefined;
  #settle!: (end: LeaseEnd) => void;
  #fail!: (lost: Error) => void;

  constructor(
    readonly requestId: string,
    public worker: Worker,
    public id: string,
    private readonly times: ConnectTimes,
  ) {
    this.end = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    // It may fail when nobody looks yet.
    this.end.catch(() => {});
    this.#hold(times.lease);
  }

  /** The worker has the request. */
  taken(): void {
    this.#taken = true;
    this.#hold(this.times.lease);
  }

  /** @returns the id of the lease from now on; none if the worker has lost it */
  extend(worker: Worker, id: string, next: () => string): string | undefined {
    // Whose acknowledgement was lost asks with the id from before.
    if (id === this.#previous) return this.id;
    if (id !== this.id) return undefined;
    this.#previous = id;
    this.id = next();
    this.worker = worker;
    this.taken();
    return this.id;
  }

  answered(response: Message<'SDKResponse'>): void {
    this.#over();
    this.#settle(response);
  }

  /** The worker takes nothing more, so it will not take this one either. */
  drained(): void {
    if (this.#taken) return;
    this.#over();
    this.#settle('not taken');
  }

  /** Its socket broke. What the worker has begun goes on, and it may come back with it. */
  disconnected(): void {
    if (this.#taken) this.#hold(this.times.comeBack);
    else this.drained();
  }

  stop(): void {
    this.#over();
    this.#fail(new LocalServerError('STOPPED', 'The server has been stopped.'));
  }

  #over(): void {
    clearTimeout(this.#timer);
  }

  #hold(ms: number): void {
    this.#over();
    this.#timer = setTimeout(() => this.#expire(), ms);
  }

  #expire(): void {
    if (this.#taken) this.#fail(new NoAnswer('The worker stopped responding to the request.'));
    else this.#settle('not taken');
  }
}
