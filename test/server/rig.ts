/** Mastra's own HTTP server over a catalog of workflows: on core's default engine, or on Inngest. */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import type { MastraServerCache } from '@mastra/core/cache';
import { InMemoryStore } from '@mastra/core/storage';
import { createHonoServer } from '@mastra/deployer/server';
import { startLocalServer } from '@mastra/inngest/local';
import type { Inngest } from 'inngest';
import { type Listening, listen } from '../support/listen';
import { REAL_SERVER, leaveRealServer } from '../support/real-server';
import { register } from '../support/register';
import { makeClient, serveSdk } from '../support/sdk';
import { WireProxy } from '../support/wire-proxy';
import { catalog } from './catalog';
import { ApiClient } from './client';
import type { Gate } from './gate';

export interface ServerRig {
  api: ApiClient;
  /** As `api`, in a process of its own as far as memory goes: another Mastra over the same store. */
  other: ApiClient;
  mastra: Mastra;
  otherMastra: Mastra;
  gate: Gate;
  proxy?: WireProxy;
  stop(): Promise<void>;
}

interface App extends Listening {
  mastra: Mastra;
}

/** Mastra's own server. */
export async function serveMastra(mastra: Mastra): Promise<App> {
  const hono = await createHonoServer(mastra, { tools: {}, browserStream: false });
  return { mastra, ...(await listen(request => hono.fetch(request))) };
}

/** The reference: core's default engine. */
export async function coreServer(): Promise<ServerRig> {
  const { workflows, gate } = catalog();
  const mastra = new Mastra({ workflows: workflows as never, storage: new InMemoryStore(), logger: false });
  const app = await serveMastra(mastra);
  const api = new ApiClient(`${app.url}/api`);
  return { api, other: api, mastra, otherMastra: mastra, gate, stop: () => app.close() };
}

/** Two apps over one store; Inngest calls the first. */
export async function inngestServer({
  refuse,
  cache,
}: { refuse?: string; cache?: MastraServerCache } = {}): Promise<ServerRig & { proxy: WireProxy }> {
  const local = REAL_SERVER ? undefined : await startLocalServer({ port: 0, retryDelay: () => 20 });
  const apps: App[] = [];
  const proxy = new WireProxy(REAL_SERVER ?? local?.url ?? '', () => apps[0]?.url ?? '');
  proxy.refused = refuse;
  await proxy.listen();
  const appId = `server-${randomUUID().slice(0, 8)}`;
  const storage = new InMemoryStore();
  const gates: Gate[] = [];
  for (let index = 0; index < 2; index++) {
    const inngest = makeClient({ id: appId, baseUrl: proxy.url });
    const { workflows, gate } = catalog(inngest);
    gates.push(gate);
    apps.push(await serveMastra(inngestMastra(inngest, workflows, storage, cache)));
  }
  await register(proxy.url);
  const [first, second] = apps as [App, App];
  return {
    api: new ApiClient(`${first.url}/mastra`),
    other: new ApiClient(`${second.url}/mastra`),
    mastra: first.mastra,
    otherMastra: second.mastra,
    gate: gates[0] as Gate,
    proxy,
    stop: async () => {
      await leaveRealServer(appId);
      await proxy.close();
      for (const app of apps) await app.close();
      await local?.stop();
    },
  };
}

function inngestMastra(
  inngest: Inngest.Any,
  workflows: Record<string, unknown>,
  storage: InMemoryStore,
  cache?: MastraServerCache,
): Mastra {
  return new Mastra({
    workflows: workflows as never,
    storage,
    cache,
    logger: false,
    server: {
      apiPrefix: '/mastra',
      apiRoutes: [
        {
          path: '/api/inngest',
          method: 'ALL',
          createHandler: async ({ mastra }) => {
            const handler = serveSdk({ mastra, inngest });
            return async context => handler(context.req.raw);
          },
        },
      ],
    },
  });
}
