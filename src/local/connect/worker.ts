import type { WebSocket } from 'ws';
import { type Message, encode, type kinds } from './messages';

/** What a worker may be given: `connected` nothing yet, `ready` requests, `draining` nothing more. */
export type WorkerPhase = 'connected' | 'ready' | 'draining';

type Kind = (typeof kinds)[keyof typeof kinds];

/** One connection of a process that executes functions. */
export class Worker {
  phase: WorkerPhase = 'connected';
  /** When it last said something, by `performance.now()`. */
  heardAt = performance.now();
  /** When it was given a request last, in the order of all requests. */
  turn = 0;

  constructor(
    private readonly socket: WebSocket,
    /** The process: its connections share a limit. */
    readonly instanceId: string,
    /** The slug of each function that it executes, with the name of its app. */
    readonly functions: ReadonlyMap<string, string>,
    /** How many requests its process takes at once. */
    readonly capacity: number,
  ) {}

  send<T extends Parameters<typeof encode>[0]>(kind: Kind, name?: T, message?: Partial<Message<T>>): void {
    const payload = name && message ? encode(name, message) : new Uint8Array();
    // One that is closed meanwhile is noticed by its `close`.
    this.socket.send(encode('ConnectMessage', { kind, payload }), () => {});
  }

  /** Ends the connection; `reason` is what the SDK logs. */
  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  /** Gives up a connection on which nobody answers. */
  terminate(): void {
    this.socket.terminate();
  }
}
