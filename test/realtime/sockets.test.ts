import { randomUUID } from 'node:crypto';
import { type LocalServer, startLocalServer } from '@mastra/inngest/local';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RealtimePubSub } from '../../src/realtime/pubsub';
import { portFor } from '../../src/sdk/detect';
import type { InngestPort } from '../../src/sdk/port';
import { makeClient } from '../support/sdk';
import { WireProxy } from '../support/wire-proxy';

let server: LocalServer | undefined;
let proxy: WireProxy;
let port: InngestPort;

beforeAll(async () => {
  const external = process.env.INNGEST_BASE_URL;
  server = external ? undefined : await startLocalServer({ port: 0 });
  proxy = new WireProxy(external ?? server?.url ?? '', () => '');
  await proxy.listen();
  port = portFor(makeClient({ id: `sockets-${randomUUID().slice(0, 8)}`, baseUrl: proxy.url }) as never);
});
afterAll(async () => {
  await proxy.close();
  await server?.stop();
});

const topic = (runId: string) => `workflow.events.v2.${runId}`;

interface Heard {
  data: { type: string; payload?: Record<string, unknown> };
}

async function listen(runId: string) {
  const pubsub = new RealtimePubSub(port, 'sockets', error => {
    throw error;
  });
  const heard: Heard['data'][] = [];
  const listener = async (event: Heard) => void heard.push(event.data);
  await pubsub.subscribe(topic(runId), listener as never);
  return { heard, stop: () => pubsub.unsubscribe(topic(runId), listener as never) };
}

const send = (runId: string, data: object) => port.publish(`workflow:sockets:${runId}`, 'watch', data);

test('I9: 300 followers of 300 runs share a socket, each hears its own run, and none is left open', async () => {
  const runs = Array.from({ length: 300 }, () => randomUUID());
  const before = proxy.sockets;
  const followers = await Promise.all(runs.map(runId => listen(runId)));
  // One, unless the machine is too busy to confirm a channel within 5 s: those that were not share the next one.
  expect(proxy.sockets - before).toBeLessThan(5);
  for (const runId of runs) await send(runId, { type: 'workflow-step-start', payload: { id: runId } });
  await expect.poll(() => followers.every(({ heard }) => heard.length === 1)).toBe(true);
  expect(followers.map(({ heard }) => heard[0]?.payload?.id)).toEqual(runs);
  await Promise.all(followers.map(({ stop }) => stop()));
  await expect.poll(() => proxy.openSockets).toBe(0);
});

test('a follower hears what is sent right after it was subscribed, also on a socket that was open already', async () => {
  const first = await listen(randomUUID());
  for (let round = 0; round < 20; round++) {
    const runId = randomUUID();
    const follower = await listen(runId);
    await send(runId, { type: 'workflow-step-start', payload: { round } });
    await expect.poll(() => follower.heard.length).toBe(1);
    await follower.stop();
  }
  await first.stop();
});

test('a dropped socket is replaced, and every follower hears on', async () => {
  const followers = await Promise.all(
    Array.from({ length: 3 }, async () => {
      const runId = randomUUID();
      return { runId, ...(await listen(runId)) };
    }),
  );
  proxy.dropSockets();
  await expect
    .poll(
      async () => {
        await Promise.all(
          followers.map(({ runId }) => send(runId, { type: 'workflow-step-start', payload: {} })),
        );
        return followers.every(({ heard }) => heard.length > 0);
      },
      { interval: 250 },
    )
    .toBe(true);
  await Promise.all(followers.map(({ stop }) => stop()));
});
