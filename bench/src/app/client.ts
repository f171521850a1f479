/** A client of either major, and how it makes functions and publishes. */
import { Inngest } from 'inngest';
import type { Handled, RawSdk } from '../graphs/raw';
import type { Mode } from '../matrix';

/** The part of a client that the bench uses itself. */
export interface Client {
  send(event: { name: string; data: object }): Promise<unknown>;
}

const silent = { info() {}, warn() {}, error() {}, debug() {} };

/** In a process for v3 the name `inngest` leads to v3 (`v3-alias.mjs`), as in an app that has v3 installed. */
export function createClient(id: string, baseUrl: string, mode: Mode): Client {
  const checkpointing = mode === 'v4-off' ? { checkpointing: false } : {};
  return new Inngest({ id, baseUrl, isDev: true, logger: silent, ...checkpointing } as never);
}

type Handler = (context: Handled) => Promise<unknown>;

interface V4 {
  createFunction(options: object, handler: Handler): object;
  realtime: { publish(address: object, data: unknown): Promise<unknown> };
}

interface V3 {
  createFunction(options: object, trigger: object, handler: Handler): object;
  realtime: { publish(message: object): Promise<unknown> };
}

/** How a user of that major writes it. */
export function rawSdk(client: Client, mode: Mode): Omit<RawSdk, 'publishesSteps'> {
  if (mode === 'v3') {
    const v3 = client as unknown as V3;
    return {
      createFunction: (id, event, handler) => v3.createFunction({ id }, { event }, handler),
      publish: (channel, data) => v3.realtime.publish({ channel, topic: 'watch', data }),
    };
  }
  const v4 = client as unknown as V4;
  return {
    createFunction: (id, event, handler) => v4.createFunction({ id, triggers: [{ event }] }, handler),
    publish: (channel, data) => v4.realtime.publish({ channel, topic: 'watch', config: {} }, data),
  };
}
