/** How many sockets a process opens where the server confirms no channel in time. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { subscribe } from '../../src/realtime/subscription';
import type { InngestPort } from '../../src/sdk/port';

const WAITERS = 30;
/** All the patience there is, in milliseconds: three times that of one confirmation, and the last socket's. */
const PATIENCE = 25_000;
let sockets: FakeSocket[] = [];
/** Whether a socket, by its number, takes channels beside its first one. */
let adds: (socket: number) => boolean = () => true;

/** Knows the topics that it was asked for: the token is the list of them. */
class FakeSocket extends EventTarget {
  readonly topics: string[];
  private readonly number = sockets.push(this);

  constructor(url: string) {
    super();
    this.topics = topicsIn(new URL(url).searchParams.get('token'));
    queueMicrotask(() => this.dispatchEvent(new Event('open')));
  }

  send(text: string): void {
    if (adds(this.number)) this.topics.push(...topicsIn((JSON.parse(text) as { data: string }).data));
  }

  close(): void {
    this.dispatchEvent(new Event('close'));
  }
}

const topicsIn = (token: string | null) => (token ?? '').split(',');

function server(): InngestPort {
  const address = (channel: string, topics: string[]) => ({
    url: `ws://server/?token=${encodeURIComponent(topics.map(topic => `${channel}/${topic}`).join(','))}`,
  });
  return {
    subscriptionAddress: async (channel: string, topics: string[]) => address(channel, topics),
    publish: async (channel: string, topic: string, data: unknown) => {
      const frame = JSON.stringify({ kind: 'data', channel, topic, data });
      for (const socket of sockets) {
        if (socket.topics.includes(`${channel}/${topic}`))
          socket.dispatchEvent(new MessageEvent('message', { data: frame }));
      }
    },
  } as unknown as InngestPort;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  sockets = [];
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function socketsOf(waiters: number): Promise<number> {
  const port = server();
  const all = Promise.all(
    Array.from({ length: waiters }, (_, number) => subscribe(port, `workflow:w:${number}`, { onEvent() {} })),
  );
  await vi.advanceTimersByTimeAsync(PATIENCE);
  for (const subscription of await all) subscription.close();
  return sockets.length;
}

test('one socket serves all channels', async () => {
  adds = () => true;
  expect(await socketsOf(WAITERS)).toBe(1);
});

test('channels that one socket did not confirm in time share the next one', async () => {
  adds = socket => socket > 1;
  expect(await socketsOf(WAITERS)).toBe(2);
});

test('a server that adds no channels gets a socket for each', async () => {
  adds = () => false;
  expect(await socketsOf(WAITERS)).toBe(WAITERS);
});
